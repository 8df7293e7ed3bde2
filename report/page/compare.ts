import { atoms, kindOf, type RunSummary } from "../content.js";
import { comparedValues, type ComparedValue } from "../figures/compare.js";
import { comparedCurves, stagesOf } from "../figures/learning.js";
import { atomName, fixed, percent } from "../figures/names.js";
import { h, responsive, section, swatch, table } from "./dom.js";
import { grouped } from "./filters.js";
import type { Store } from "./store.js";

/** Runs in shades that differ in lightness and hue; the interactions' accents are kept for interactions. */
const shades = ["var(--run1)", "var(--run2)", "var(--run3)", "var(--run4)", "var(--run5)", "var(--run6)"];

/** Runs side by side: metrics, interactions, curves. */
export function compareSection({ content }: Store): HTMLElement | undefined {
  if (content.compared.length === 0) return undefined;
  const runs = [content, ...content.compared].map((run, i) => ({
    run,
    name: `${i + 1} ${run.run}`,
    colour: shades[i % shades.length] as string,
  }));
  const key = h(
    "ol",
    { class: "key" },
    ...runs.map(({ run }, i) =>
      h(
        "li",
        { class: `run${(i % shades.length) + 1}` },
        h("strong", {}, run.run),
        ` ${run.model}, ${run.learning !== "" ? `${run.learning}, ` : ""}seed ${run.seed}, ${grouped(run.samples.test)} held out`,
      ),
    ),
  );
  const metricNames = [...new Set(runs.flatMap(({ run }) => run.metrics.map(({ name }) => name)))];
  const show = (value: number, unit?: string) => (unit === "share" ? percent(value, 2) : fixed(value, 4));
  const metricOf = (run: RunSummary, name: string) => run.metrics.find((metric) => metric.name === name);
  const metricPictures = metricNames.map((metric) => {
    const values = runs.flatMap(({ run, name, colour }): ComparedValue[] => {
      const found = metricOf(run, metric);
      if (found === undefined) return [];
      const [low, high] = found.interval ?? [];
      return [
        {
          name,
          colour,
          value: found.value,
          ...(low !== undefined && { low }),
          ...(high !== undefined && { high }),
          title: `${name}: ${show(found.value, found.unit)}`,
        },
      ];
    });
    return responsive(h("strong", {}, metric), (width) => comparedValues(values, metric, { width }));
  });
  const metricTable = table(
    "Metrics of each run with 95 % intervals",
    ["metric", ...runs.map(({ name }) => name)],
    metricNames.map((metric) => [
      metric,
      ...runs.map(({ run }) => {
        const found = metricOf(run, metric);
        if (found === undefined) return "–";
        return `${show(found.value, found.unit)}${found.interval ? ` (${found.interval.map((end) => show(end, found.unit)).join(" to ")})` : ""}`;
      }),
    ]),
  );
  const pair = content.pid.find(({ mean }) => atoms.every((atom) => mean[atom] !== undefined));
  const itemOf = (run: RunSummary) =>
    run.pid.find(
      (item) =>
        item.measure === pair?.measure &&
        item.unit === pair.unit &&
        item.modalities.join() === pair.modalities.join(),
    );
  const interactions =
    pair === undefined
      ? []
      : atoms.map((atom) => {
          const values = runs.flatMap(({ run, name, colour }): ComparedValue[] => {
            const found = itemOf(run)?.mean[atom];
            if (found === undefined) return [];
            const { mean, error } = found;
            return [
              {
                name,
                colour,
                value: mean,
                low: mean - 1.96 * error,
                high: mean + 1.96 * error,
                title: `${name}: ${fixed(mean)} ± ${fixed(error)}`,
              },
            ];
          });
          return responsive(
            h("span", {}, swatch(kindOf[atom]), h("strong", {}, atomName(atom, pair.modalities))),
            (width) => comparedValues(values, pair.unit, { width }),
          );
        });
  const interactionTable =
    pair &&
    table(
      `Mean interactions in ${pair.unit}`,
      ["interaction", ...runs.map(({ name }) => name)],
      atoms.map((atom) => [
        h("span", {}, swatch(kindOf[atom]), atomName(atom, pair.modalities)),
        ...runs.map(({ run }) => {
          const found = itemOf(run)?.mean[atom];
          return found === undefined ? "–" : `${fixed(found.mean)} ± ${fixed(found.error)}`;
        }),
      ]),
    );
  const stages = [...new Set(runs.flatMap(({ run }) => stagesOf(run.history)))];
  return section(
    "runs",
    "Runs side by side",
    "Intervals are of 95 %, from drawing the held-out samples; another seed may move a run further.",
    key,
    h("div", { class: "grid three" }, ...metricPictures),
    metricTable,
    ...(pair
      ? [
          h("h3", {}, "Interactions"),
          h("div", { class: "grid four" }, ...interactions),
          interactionTable as HTMLElement,
        ]
      : []),
    h("h3", {}, "Validation loss (or loss, where there is none), stage by stage"),
    h(
      "div",
      { class: "grid three" },
      ...stages.map((stage) =>
        responsive(h("strong", {}, stage), (width) => comparedCurves(runs, stage, { width })),
      ),
    ),
  );
}
