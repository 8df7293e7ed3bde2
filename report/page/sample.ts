import { atoms, fromNats, kindOf, type Values } from "../content.js";
import { atomName, atomOf, fixed, percent } from "../figures/names.js";
import { h, swatch } from "./dom.js";
import { modalityView } from "./modalities.js";
import type { Store } from "./store.js";
import { columnsIn } from "./unpack.js";

/** The sample that is looked at: its modalities, its numbers, how it was answered. */
export function samplePanel(store: Store): HTMLElement {
  const inputs = new Inputs(store);
  const body = h("div", { class: "body" });
  const announced = h("p", { class: "sr", role: "status" });
  const panel = h(
    "aside",
    { class: "sample", id: "sample", "aria-label": "the chosen sample" },
    announced,
    body,
  );
  const show = async () => {
    const row = store.selected;
    if (row < 0) {
      announced.textContent = "No sample is chosen.";
      body.replaceChildren(
        h(
          "p",
          { class: "hint" },
          "Choose a sample: click on the map, go through it with the arrow keys, or take one from the list below.",
        ),
      );
      return;
    }
    const name = (column: string) => store.content.classes[store.column(column)[row] as number] ?? "?";
    const right = store.isRight(row);
    announced.textContent = `Sample ${store.column("index")[row]}: ${name("label")}, answered ${name("prediction")}, ${right ? "right" : "wrong"}.`;
    const pictures = h("div", { class: "modalities" });
    body.replaceChildren(
      h(
        "header",
        {},
        h("h3", {}, `Sample ${store.column("index")[row]}`),
        h(
          "p",
          { class: "verdict" },
          h("strong", {}, name("label")),
          " answered ",
          h("strong", { class: right ? "right" : "wrong" }, name("prediction")),
          ` ${right ? "✓" : "✗"} `,
          h("span", { class: "quiet" }, `confidence ${percent(store.column("confidence")[row] as number)}`),
        ),
      ),
      pictures,
      ...[interactionRows(store, row), gateRows(store, row), answerRows(store, row)].filter(
        (part) => part !== undefined,
      ),
    );
    const found = await inputs.of(row);
    if (store.selected === row) pictures.replaceChildren(...found);
  };
  store.on("select", () => void show());
  void show();
  return panel;
}

/** A bar from zero; a thin line shows two standard errors to either side. */
function bar(
  value: number,
  {
    error = 0,
    from,
    to,
    kind,
    exact,
  }: { error?: number; from: number; to: number; kind: string; exact?: number | undefined },
): HTMLElement {
  const at = (x: number) => `${(100 * (Math.max(from, Math.min(to, x)) - from)) / (to - from)}%`;
  const part = (className: string, start: number, end: number) => {
    const element = h("span", { class: className });
    element.style.left = at(Math.min(start, end));
    element.style.width = `calc(${at(Math.max(start, end))} - ${at(Math.min(start, end))})`;
    return element;
  };
  const zero = part("zero", 0, 0);
  return h(
    "span",
    { class: "bar-track", "aria-hidden": "true" },
    zero,
    part(`fill ${kind}`, 0, value),
    ...(error > 0 ? [part("whisker", value - 2 * error, value + 2 * error)] : []),
    ...(exact !== undefined && !Number.isNaN(exact) ? [part("exact", exact, exact)] : []),
  );
}

function rows(title: string, children: HTMLElement[], note = ""): HTMLElement {
  return h(
    "section",
    {},
    h("h4", {}, title, note !== "" && h("span", { class: "quiet" }, ` ${note}`)),
    h("dl", { class: "rows" }, ...children),
  );
}

function row(name: (string | Node)[], track: HTMLElement | undefined, value: string): HTMLElement {
  return h("div", {}, h("dt", {}, ...name), h("dd", {}, track ?? "", h("span", { class: "number" }, value)));
}

function interactionRows(store: Store, i: number): HTMLElement | undefined {
  const { measured } = store;
  if (measured === undefined) return undefined;
  const { item, values, errors } = measured;
  const of = (atom: (typeof atoms)[number]) => values[atom][i] as number;
  if (Number.isNaN(of("r")))
    return h("p", { class: "hint" }, "A modality is missing here: there is nothing to measure between them.");
  const scale = fromNats(item.unit);
  const exact = (atom: string) => {
    const nats = store.columns.get(`exact:${atom}`)?.[i];
    return nats === undefined || scale === undefined ? undefined : nats * scale;
  };
  const known = exact("r") !== undefined;
  const all = atoms.flatMap((atom) => [of(atom), exact(atom) ?? 0]);
  const range = { from: Math.min(0, ...all), to: Math.max(0.01, ...all) };
  return rows(
    "Where the answer comes from",
    atoms.map((atom) => {
      const error = errors[atom]?.[i];
      const kind = kindOf[atom];
      const known = exact(atom);
      return row(
        [swatch(kind), atomName(atom, item.modalities)],
        bar(of(atom), {
          ...range,
          kind,
          exact: known,
          ...(error !== undefined && !Number.isNaN(error) && { error }),
        }),
        `${fixed(of(atom), 2)}${error === undefined || Number.isNaN(error) ? "" : ` ± ${fixed(error, 2)}`}`,
      );
    }),
    known ? `${item.unit}; the upright mark is the exact value` : item.unit,
  );
}

function gateRows(store: Store, i: number): HTMLElement | undefined {
  const { components, rules } = store.content;
  if (components.length === 0) return undefined;
  const item = store.measured?.item;
  const shares = components.map((component) => {
    const share = store.column(`share:${component.name}`)[i] as number;
    const atom = item && atomOf(component, item);
    const kind = atom === undefined ? "other" : kindOf[atom];
    return row([swatch(kind), component.text], bar(share, { from: 0, to: 1, kind }), percent(share));
  });
  const rule = rules[store.column("rule")[i] as number];
  const section = rows("What the gate gave", shares);
  if (rule !== undefined) section.append(h("p", { class: "rule" }, "Rule taken: ", h("code", {}, rule)));
  return section;
}

function answerRows(store: Store, i: number): HTMLElement | undefined {
  const { classes } = store.content;
  const width = classes.length;
  const top = (values: Values, count: number) =>
    [...classes.keys()]
      .map((c) => ({ c, p: values[i * width + c] as number }))
      .sort((a, b) => b.p - a.p)
      .slice(0, count);
  const probabilities = store.columns.get("probabilities");
  if (probabilities === undefined) return undefined;
  const label = store.column("label")[i];
  const children = top(probabilities, 3).map(({ c, p }) =>
    row(
      [h("span", { class: c === label ? "right" : "" }, classes[c] ?? "?")],
      bar(p, { from: 0, to: 1, kind: "neutral" }),
      percent(p),
    ),
  );
  for (const [name, values] of store.columns) {
    if (!name.startsWith("alone:")) continue;
    const [best] = top(values, 1);
    if (best === undefined) continue;
    children.push(
      row(
        [
          `${name.slice(6)} alone says `,
          h("strong", { class: best.c === label ? "right" : "wrong" }, classes[best.c] ?? "?"),
        ],
        bar(best.p, { from: 0, to: 1, kind: "neutral" }),
        percent(best.p),
      ),
    );
  }
  return rows("What was answered", children);
}

/** The samples' inputs, unpacked when the first of them is asked for. */
class Inputs {
  private columns: Promise<Map<string, Values>> | undefined;
  private positions: Map<number, number> | undefined;

  constructor(private readonly store: Store) {}

  /** What a sample has of each modality, drawn. */
  async of(row: number): Promise<HTMLElement[]> {
    const { modalities, inputColumns } = this.store.content;
    this.columns ??= columnsIn("inputs", inputColumns);
    const columns = await this.columns;
    this.positions ??= new Map(Array.from(columns.get("kept") ?? [], (kept, i) => [kept, i]));
    const position = this.positions.get(row);
    return modalities.map((modality) => {
      const { name, shape } = modality;
      const part = (content: Node | string) =>
        h("figure", { class: "modality" }, content, h("figcaption", {}, name));
      if (this.store.columns.get(`present:${name}`)?.[row] === 0)
        return part(h("p", { class: "hint" }, "missing"));
      const values = columns.get(`input:${name}`);
      if (position === undefined || values === undefined)
        return part(h("p", { class: "hint" }, "not kept by the run"));
      const width = shape.reduce((a, b) => a * b, 1);
      const range = columns.get(`range:${name}`);
      const taken = Float32Array.from(values.subarray(position * width, (position + 1) * width));
      if (range !== undefined) {
        const [from = 0, to = 1] = range;
        taken.forEach((byte, v) => (taken[v] = from + ((to - from) * byte) / 255));
      }
      return part(modalityView(taken, modality));
    });
  }
}
