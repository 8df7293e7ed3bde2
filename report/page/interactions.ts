import { atoms, kindOf } from "../content.js";
import { compositionByClass, distribution, interactionMeans } from "../figures/interactions.js";
import { gateAgainstMeasured } from "../figures/gate.js";
import { atomName, atomOf, fixed, percent } from "../figures/names.js";
import { measuredShares, rangeOf } from "../figures/samples.js";
import { correlation, histogram, meanAndError } from "../figures/statistics.js";
import { compositionOf, headline } from "../headline.js";
import { h, responsive, section, swatch, table } from "./dom.js";
import { filters, grouped } from "./filters.js";
import { sampleList } from "./list.js";
import { SampleMap } from "./map.js";
import { samplePanel } from "./sample.js";
import type { Measured, Store } from "./store.js";

/** The run's finding in a sentence, and the means that it rests on. */
export function headlineSection(store: Store): HTMLElement {
  const place = h("section", { class: "headline", id: "finding", "aria-label": "the finding" });
  const draw = () => {
    const { measured, content } = store;
    if (measured === undefined) {
      place.replaceChildren(
        h("h2", {}, "No interactions were measured sample by sample."),
        h(
          "p",
          { class: "lead" },
          "Add ",
          h("code", {}, "pid lsmi per sample"),
          " to the spec's evaluate block and run mmspec evaluate.",
        ),
      );
      return;
    }
    const { item, values } = measured;
    const composition = compositionOf(values);
    const { title, detail } = headline(composition, { ...item, target: content.target });
    const picture = responsive("", (width) =>
      interactionMeans(composition.mean, { ...item, share: composition.share }, { width }),
    );
    const { mean, error } = composition.total;
    place.replaceChildren(
      h("div", {}, h("h2", {}, title), h("p", { class: "lead" }, detail)),
      h(
        "div",
        {},
        picture,
        h(
          "p",
          { class: "note" },
          `Per cent of the ${fixed(mean)} ± ${fixed(error)} ${item.unit} that both together tell; pid ${item.measure} of the ${item.on}, ${grouped(composition.samples)} held-out samples. Whiskers: two standard errors.`,
        ),
      ),
    );
  };
  draw();
  store.on("measure", draw);
  return place;
}

/** The samples one by one, and what the chosen ones have in common. */
export function explorer(store: Store): HTMLElement {
  const chooser =
    store.measures.length > 1 &&
    h(
      "label",
      { class: "measure" },
      "measure ",
      h(
        "select",
        { onchange: (event: Event) => store.measure(Number((event.target as HTMLSelectElement).value)) },
        ...store.measures.map(({ k, item }) =>
          h("option", { value: k }, `${item.measure} of ${item.modalities.join(", ")} (${item.on})`),
        ),
      ),
    );
  const map = store.measured && new SampleMap(store);
  document.addEventListener("mmspec-theme", () => map?.redraw());
  return section(
    "samples",
    "Sample by sample",
    map ? "Every point is one held-out sample; where it stands says where its answer comes from." : "",
    chooser,
    filters(store),
    h("div", { class: "explorer" }, map?.element, samplePanel(store)),
    store.content.inputs.note !== undefined && h("p", { class: "note" }, store.content.inputs.note),
    h("h3", {}, "The same samples as a list"),
    sampleList(store),
  );
}

/** Distributions and composition per class, of the chosen samples. */
export function distributions(store: Store): HTMLElement {
  const { content } = store;
  const histograms = h("div", { class: "grid four" });
  const byClass = h("div", { class: "grid two" });
  const build = () => {
    const { measured } = store;
    if (measured === undefined) return;
    const { item, values } = measured;
    const all = atoms.map((atom) => {
      const list = Array.from(values[atom]).filter((value) => !Number.isNaN(value));
      const range = rangeOf(list);
      return { range, bins: histogram(list, range, 48) };
    });
    const pictures = atoms.map((atom, a) => {
      const { range, bins } = all[a] as (typeof all)[number];
      const name = atomName(atom, item.modalities);
      const number = h("span", { class: "number" });
      const picture = responsive(
        h("span", {}, swatch(kindOf[atom]), h("strong", {}, name), " ", number),
        (width) => {
          const list = Array.from(store.rows, (row) => values[atom][row] as number).filter(
            (value) => !Number.isNaN(value),
          );
          const mean = list.length > 1 ? meanAndError(list) : { mean: NaN, error: NaN };
          number.textContent = `${fixed(mean.mean)} ± ${fixed(mean.error)}`;
          return distribution(
            atom,
            { all: bins, chosen: histogram(list, range, 48), mean, name, unit: item.unit },
            { width },
          );
        },
      );
      return picture;
    });
    histograms.replaceChildren(...pictures);
    const label = store.column("label");
    const classes = () =>
      content.classes.flatMap((name, c) => {
        const rows = store.rows.filter((row) => label[row] === c);
        return rows.length < 2 ? [] : [{ name, rows, ...compositionOf(values, rows) }];
      });
    const picture = responsive("Means of each class, stacked", (width) => {
      const found = classes();
      return found.length === 0 ? undefined : compositionByClass(found, item, { width });
    });
    const numbers = h("div");
    const drawNumbers = () =>
      numbers.replaceChildren(
        table(
          `Mean interactions of each class in ${item.unit}`,
          [
            content.target,
            "samples",
            ...atoms.map((atom) => h("span", {}, swatch(kindOf[atom]), atomName(atom, item.modalities))),
          ],
          classes().map(({ name, rows, mean }) => [
            name,
            grouped(rows.length),
            ...atoms.map((atom) => `${fixed(mean[atom].mean, 2)} ± ${fixed(mean[atom].error, 2)}`),
          ]),
        ),
      );
    drawNumbers();
    byClass.replaceChildren(picture, numbers);
    redraw = () => {
      for (const one of [...pictures, picture]) one.redraw();
      drawNumbers();
    };
  };
  let redraw = () => {};
  let frame = 0;
  build();
  store.on("measure", build);
  store.on("filter", () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => redraw());
  });
  return section(
    "interactions",
    "Interactions over the samples",
    "Colour: the samples chosen above. Grey: all. The line is the mean; heights are on a root scale, so that rare values are to be seen.",
    histograms,
    h("h3", {}, "By class"),
    byClass,
  );
}

/** Measures without a value a sample, or of more than two sources: their means. */
export function otherMeasures(store: Store): HTMLElement | undefined {
  const others = store.content.pid.filter(({ columns }) => columns === undefined);
  if (others.length === 0) return undefined;
  return section(
    "measures",
    "Other measures",
    "Measures of the whole data set, and of more than two modalities: {1}{23} is what the first modality tells, and the second and third together.",
    ...others.map(({ measure, modalities, on, unit, mean, samples, shuffled, gap }) => {
      const rows = Object.entries(mean).sort(([, a], [, b]) => Math.abs(b.mean) - Math.abs(a.mean));
      const certified =
        gap === undefined ? "" : `; at most ${gap.toExponential(1)} ${unit} from the exact optimum`;
      return h(
        "div",
        {},
        h("h3", {}, `${measure} of ${modalities.join(", ")} (${on})`),
        h("p", { class: "note" }, `${grouped(samples)} samples, largest parts first${certified}.`),
        table(
          `${measure} in ${unit}`,
          ["part", `mean, ${unit}`, "standard error", ...(shuffled ? ["with labels shuffled"] : [])],
          rows.map(([name, { mean: value, error }]) => [
            atomNamed(name, modalities),
            fixed(value),
            fixed(error),
            ...(shuffled ? [fixed(shuffled[name] ?? NaN)] : []),
          ]),
        ),
      );
    }),
  );
}

/** An atom with its colour where it has one; an antichain like {1}{23} as it is. */
function atomNamed(name: string, modalities: readonly string[]): string | HTMLElement {
  const atom = atoms.find((one) => one === name);
  return atom === undefined ? name : h("span", {}, swatch(kindOf[atom]), atomName(atom, modalities));
}

/** What the gate gives against what was measured. */
export function gateSection(store: Store): HTMLElement | undefined {
  const { content } = store;
  if (content.components.length === 0 || store.measured === undefined) return undefined;
  const place = h("div");
  const build = () => {
    const measured = store.measured as Measured;
    const own = h(
      "p",
      { class: "hint" },
      "These are the gate's own shares: choose another measure to compare.",
    );
    place.replaceChildren(...(measured.item.unit === "share" ? [own] : gateParts(store, measured)));
  };
  build();
  store.on("measure", build);
  return section(
    "gate",
    "The gate against the measure",
    "The gate's shares are what the model makes of the modalities; the measured shares are what the modalities tell. On the dashed line they agree.",
    place,
  );
}

function gateParts(store: Store, { item, values }: Measured): HTMLElement[] {
  const { components, rules } = store.content;
  const pairs = components.flatMap((component) => {
    const atom = atomOf(component, item);
    if (atom === undefined) return [];
    const measured = measuredShares(values, atom);
    const share = store.column(`share:${component.name}`);
    const rows = [...share.keys()].filter((i) => !Number.isNaN(measured[i]));
    return [
      {
        component,
        atom,
        gate: rows.map((i) => share[i] as number),
        measured: rows.map((i) => measured[i] as number),
      },
    ];
  });
  const pictures = pairs.map(({ atom, gate, measured, component }) =>
    responsive(h("span", {}, swatch(kindOf[atom]), h("strong", {}, component.text)), (width) =>
      gateAgainstMeasured(atom, { gate, measured, name: component.text }, { width }),
    ),
  );
  const rows = pairs.map(({ component, gate, measured, atom }) => {
    const [g, m, c] = [meanAndError(gate), meanAndError(measured), correlation(gate, measured)];
    return [
      h("span", {}, swatch(kindOf[atom]), component.text),
      `${percent(g.mean)} ± ${percent(g.error)}`,
      `${percent(m.mean)} ± ${percent(m.error)}`,
      `${fixed(c.value, 2)} (${fixed(c.low, 2)} to ${fixed(c.high, 2)})`,
    ];
  });
  const taken = rules.map((rule, k) => [
    h("code", {}, rule),
    grouped(Array.from(store.column("rule")).filter((one) => one === k).length),
  ]);
  return [
    h("div", { class: "grid four" }, ...pictures),
    table(
      "Mean shares by the gate and measured, and their correlation over samples",
      ["interaction", "gate", "measured", "correlation (95 %)"],
      rows,
    ),
    ...(rules.length > 1
      ? [h("h3", {}, "Rules taken"), table("How many samples each rule decided", ["rule", "samples"], taken)]
      : []),
  ];
}
