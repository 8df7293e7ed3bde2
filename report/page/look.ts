import { colours, figure, gridX, gridY, Plot } from "../figures/plot.js";
import { percent } from "../figures/names.js";
import type { LookPageContent, PageColumn, ShownSample } from "../look-content.js";
import { h, responsive, section, table } from "./dom.js";
import { grouped } from "./filters.js";
import "./page.css";
import "./look.css";
import { modalityView } from "./modalities.js";
import { themeSwitch } from "./theme.js";
import { columnsIn } from "./unpack.js";

/** Columns whose distribution is drawn, and classes with a bar. */
const mostColumns = 60;
const mostClasses = 40;

async function open(): Promise<void> {
  const content = JSON.parse(document.getElementById("content")?.textContent ?? "") as LookPageContent;
  const inputs = await columnsIn("inputs", content.inputs);
  const parts = [
    figures(content),
    findings(content),
    balance(content),
    samples(content, inputs),
    columns(content),
  ].filter((part) => part !== undefined);
  const links = parts.flatMap((part) => {
    const heading = part.querySelector(":scope > h2");
    return heading === null ? [] : [h("a", { href: `#${part.id}` }, heading.textContent ?? "")];
  });
  const { model, source, mmspec } = content;
  const main = h("main", { id: "main" }, ...parts);
  document.body.prepend(
    h("a", { class: "skip", href: "#main" }, "To the data"),
    h(
      "header",
      { class: "top" },
      h(
        "div",
        {},
        h("h1", {}, `Data of ${model ?? source}`),
        h("p", { class: "quiet" }, model === undefined ? "" : source),
      ),
      // Pictures of heat have the colours that the page had when they were drawn.
      themeSwitch(() => main.querySelector("#samples")?.replaceWith(samples(content, inputs))),
    ),
    h("nav", { "aria-label": "parts of the page" }, ...links),
    main,
    h("footer", {}, `Written by mmspec ${mmspec}. This page needs no network.`),
  );
  document.documentElement.dataset.ready = "true";
}

function figures({ samples, more, parts, target, warnings, columns }: LookPageContent): HTMLElement {
  const tile = (name: string, value: string, note: string) =>
    h("div", {}, h("dt", {}, name), h("dd", {}, h("strong", {}, value), h("span", { class: "quiet" }, note)));
  return h(
    "dl",
    { class: "figures" },
    tile("samples", grouped(samples), more ? "the first of the file" : "all of the file"),
    ...parts.map(({ name, samples: own }) => tile(name, grouped(own), percent(own / samples, 1))),
    target?.counts &&
      tile(target.kind === "class" ? "classes" : "labels", String(target.outputs.length), target.name),
    tile("columns", String(columns.length), ""),
    tile("to look at", String(warnings.length), warnings.length === 0 ? "nothing looks wrong" : "see below"),
  );
}

function findings({ warnings }: LookPageContent): HTMLElement {
  const items = warnings.map(({ text, advice }) =>
    h("li", {}, h("p", {}, plain(text)), h("p", { class: "quiet" }, plain(advice))),
  );
  return section(
    "findings",
    "What to look at",
    items.length === 0 ? "Nothing looks wrong." : "Before anything is learned of it.",
    items.length > 0 && h("ol", { class: "findings" }, ...items),
  );
}

/** Text without the marks of code. */
const plain = (text: string) => text.replaceAll("`", "");

function balance({ target, parts, samples }: LookPageContent): HTMLElement | undefined {
  const { counts, outputs = [], kind } = target ?? {};
  if (counts === undefined) return undefined;
  const all = parts.length === 0 ? [{ name: "all", samples, counts }] : parts;
  const kept = outputs.slice(0, mostClasses);
  const rows = all.flatMap(({ name, counts: own = [] }) =>
    kept.map((output, k) => ({ part: name, output, count: own[k] ?? 0 })),
  );
  const strength = (part: string) => [1, 0.65, 0.4, 0.2][all.findIndex(({ name }) => name === part)] ?? 1;
  const bars = responsive("", (width) =>
    figure(
      {
        height: 44 + 24 * kept.length,
        marginLeft: Math.min(180, 24 + 7 * Math.max(...kept.map(({ length }) => length))),
        marginRight: 12,
        marginTop: 4,
        x: { label: "samples" },
        y: { label: null, domain: kept },
        marks: [
          gridX({ ticks: 6 }),
          Plot.barX(rows, {
            x: "count",
            y: "output",
            fill: colours.accent,
            fillOpacity: ({ part }: { part: string }) => strength(part),
            inset: 1.5,
            title: ({ part, output, count }: { part: string; output: string; count: number }) =>
              `${output}, ${part}: ${count}`,
          }),
          Plot.ruleX([0], { stroke: colours.strong }),
        ],
      },
      { width },
      `how many samples each ${kind === "class" ? "class" : "label"} has`,
    ),
  );
  const head = ["part", "samples", ...kept];
  const cells = all.map(({ name, samples: size, counts: own = [] }) => [
    name,
    grouped(size),
    ...kept.map((_, k) => `${own[k] ?? 0} (${percent((own[k] ?? 0) / size, 1)})`),
  ]);
  const title = kind === "class" ? "Classes" : "Labels";
  const lead =
    all.length > 1 ? `Each bar is ${all.map(({ name }) => name).join(", then ")}, from strong to faint.` : "";
  return section(
    "classes",
    title,
    lead,
    bars,
    h("h3", {}, "By part"),
    table(`${title} by part`, head, cells),
  );
}

function samples(content: LookPageContent, inputs: ReadonlyMap<string, ArrayLike<number>>): HTMLElement {
  const { shown, modalities, target } = content;
  const byClass = target?.kind === "class";
  const groups = new Map<string, { sample: ShownSample; at: number }[]>();
  shown.forEach((sample, at) => {
    const key = byClass ? sample.answer : "";
    groups.set(key, [...(groups.get(key) ?? []), { sample, at }]);
  });
  const card = ({ sample, at }: { sample: ShownSample; at: number }) => {
    const { row, part, answer, lacks } = sample;
    const about = [`row ${row}`, part, byClass ? undefined : answer].filter(
      (text) => text !== undefined && text !== "",
    );
    return h(
      "div",
      { class: "card" },
      ...modalities.flatMap((modality) => {
        const { name, shape } = modality;
        const width = shape.reduce((a, b) => a * b, 1);
        const values = Float32Array.from(
          { length: width },
          (_, j) => inputs.get(`input:${name}`)?.[at * width + j] ?? 0,
        );
        return [
          modalities.length > 1 && h("h4", {}, name),
          lacks.includes(name) ? h("p", { class: "quiet" }, "missing") : modalityView(values, modality),
        ];
      }),
      h("p", { class: "note" }, about.join(" · ")),
    );
  };
  const pictures = modalities.every(({ kind }) => kind === "image");
  return section(
    "samples",
    "Some samples",
    byClass ? "Of each class a few that lie evenly in the file." : "A few that lie evenly in the file.",
    ...[...groups].flatMap(([answer, own]) => [
      byClass && h("h3", {}, answer),
      h("div", { class: pictures ? "cards" : "cards wide" }, ...own.map(card)),
    ]),
  );
}

function columns({ columns, samples }: LookPageContent): HTMLElement {
  const rest = columns.length - mostColumns;
  return section(
    "columns",
    "Columns",
    rest > 0 ? `The first ${mostColumns} of ${columns.length}.` : "",
    h(
      "div",
      { class: "cells" },
      ...columns.slice(0, mostColumns).map((column) => columnCell(column, samples)),
    ),
  );
}

function columnCell(column: PageColumn, samples: number): HTMLElement {
  const { name, feeds, role, shape, missing, numbers, names } = column;
  const use = feeds === undefined ? (role === "input" ? "" : role) : `feeds ${feeds}`;
  const lacking = missing === 0 ? "" : `${percent(missing / samples, 1)} missing`;
  const short = (value: number) => String(+value.toPrecision(4));
  const about =
    names !== undefined
      ? [`${names.different} names`]
      : [
          ...(shape.length > 0 ? [`[${shape.join(", ")}]`] : []),
          ...(numbers && Number.isFinite(numbers.mean)
            ? [`mean ${short(numbers.mean)}, deviation ${short(numbers.deviation)}`]
            : []),
        ];
  const picture = responsive("", (width) =>
    names !== undefined ? namesFigure(name, names.most, width) : numbers && histogram(name, numbers, width),
  );
  return h(
    "div",
    {},
    h("h4", {}, name, " ", h("span", { class: "quiet" }, use)),
    picture,
    h("p", { class: "note" }, [...about, lacking].filter((text) => text !== "").join(" · ")),
  );
}

function histogram(
  name: string,
  { least, greatest, histogram }: NonNullable<PageColumn["numbers"]>,
  width: number,
) {
  if (histogram.length === 0) return undefined;
  const step = (greatest - least || 1) / histogram.length;
  const rows = histogram.map((count, b) => ({ count, from: least + b * step, to: least + (b + 1) * step }));
  return figure(
    {
      height: 120,
      ...{ marginLeft: 40, marginRight: 6, marginTop: 6, marginBottom: 22 },
      x: { label: null, ticks: 4 },
      y: { label: null, ticks: 3, tickFormat: "~s" },
      marks: [
        gridY({ ticks: 3 }),
        Plot.rectY(rows, { x1: "from", x2: "to", y: "count", fill: colours.accent, inset: 0.5 }),
        Plot.ruleY([0], { stroke: colours.strong }),
      ],
    },
    { width },
    `${name}: how often each value occurs`,
  );
}

function namesFigure(name: string, most: NonNullable<PageColumn["names"]>["most"], width: number) {
  if (most.length === 0) return undefined;
  const short = (text: string) => (text.length > 16 ? `${text.slice(0, 15)}…` : text);
  const rows = most.slice(0, 6).map((row, i) => ({ ...row, key: `${i} ${row.name}` }));
  return figure(
    {
      height: 26 + 19 * rows.length,
      ...{ marginLeft: 104, marginRight: 6, marginTop: 4, marginBottom: 22 },
      x: { label: null, ticks: 3, tickFormat: "~s" },
      y: {
        label: null,
        domain: rows.map(({ key }) => key),
        tickFormat: (key: string) => short(key.replace(/^\d+ /, "")),
      },
      marks: [
        gridX({ ticks: 3 }),
        Plot.barX(rows, { x: "count", y: "key", fill: colours.accent, inset: 1 }),
        Plot.ruleX([0], { stroke: colours.strong }),
      ],
    },
    { width },
    `${name}: its most frequent names`,
  );
}

void open().catch((error: unknown) => {
  document.body.prepend(h("p", {}, `This page can't be shown: ${String(error)}`));
});
