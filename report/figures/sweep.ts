import type { PageChoice, PageVariant, SweepPageContent } from "../sweep-content.js";
import { fixed } from "./names.js";
import { colours, figure, gridX, gridY, Plot, type FigureOptions } from "./plot.js";

type Sweep = Pick<SweepPageContent, "metric" | "ranking">;

const valued = (ranking: readonly PageVariant[]) =>
  ranking.flatMap((variant) => (variant.value === undefined ? [] : [{ variant, value: variant.value.mean }]));

/** Each variant by its size and its metric; a filled point was trained to its end, the line is the Pareto front. */
export function sizeAgainstMetric({ metric, ranking }: Sweep, options: FigureOptions): SVGSVGElement {
  const points = valued(ranking).map(({ variant, value }) => ({
    parameters: variant.parameters,
    value,
    finished: variant.finished,
    pareto: variant.pareto,
    title: `${variant.rank} ${variant.name}: ${metric.name} ${fixed(value, 4)}, ${variant.parameters} parameters, ${variant.finished ? "trained to its end" : `ended after epoch ${variant.epochs} of ${variant.planned}`}`,
    rank: String(variant.rank),
  }));
  const sizes = points.map(({ parameters }) => parameters);
  const wide = Math.max(...sizes) > 10 * Math.min(...sizes);
  const front = points.filter(({ pareto }) => pareto).sort((a, b) => a.parameters - b.parameters);
  return figure(
    {
      height: 340,
      marginLeft: 56,
      marginRight: 20,
      marginTop: 24,
      x: { type: wide ? "log" : "linear", label: "parameters", ticks: 5, tickFormat: "~s", inset: 12 },
      y: { label: `validation ${metric.name}`, nice: true, reverse: !metric.larger, inset: 8 },
      marks: [
        gridX({ ticks: 5 }),
        gridY(),
        Plot.line(front, { x: "parameters", y: "value", stroke: colours.strong, curve: "step-after" }),
        Plot.dot(points, {
          x: "parameters",
          y: "value",
          r: 5,
          stroke: colours.r,
          fill: ({ finished }: (typeof points)[number]) => (finished ? colours.r : colours.surface),
          strokeWidth: 1.5,
          title: "title",
        }),
        Plot.text(front, {
          x: "parameters",
          y: "value",
          text: "rank",
          dy: metric.larger ? -13 : 13,
          fill: colours.ink,
          stroke: colours.surface,
          strokeWidth: 3,
        }),
      ],
    },
    options,
    `Validation ${metric.name} against parameters: ${points.map(({ title }) => title).join("; ")}`,
  );
}

/** What share of the variance each choice explains by itself; the mark is the share that chance alone gives. */
export function choiceShares(paths: readonly PageChoice[], options: FigureOptions): SVGSVGElement {
  return figure(
    {
      height: 44 + 26 * paths.length,
      marginLeft: 20 + 7 * Math.max(...paths.map(({ path }) => path.length)),
      marginTop: 6,
      x: { label: "share of the variance", percent: true, domain: [0, 100], ticks: 5 },
      y: { label: null, domain: paths.map(({ path }) => path), tickSize: 0 },
      marks: [
        gridX({ ticks: 5 }),
        Plot.barX(paths, {
          x: "share",
          y: "path",
          fill: colours.r,
          insetTop: 4,
          insetBottom: 4,
          title: ({ path, share, p }: PageChoice) => `${path}: ${fixed(100 * share, 1)} %, p = ${fixed(p)}`,
        }),
        Plot.tickX(paths, { x: "chance", y: "path", stroke: colours.ink, strokeWidth: 2 }),
      ],
    },
    options,
    `Share of the variance that each choice explains: ${paths.map(({ path, share, chance, p }) => `${path} ${fixed(100 * share, 1)} %, by chance ${fixed(100 * chance, 1)} %, p ${fixed(p)}`).join("; ")}`,
  );
}

/** Room for the name of a value; a longer one is cut, and whole in its title. */
const longest = 20;
const short = (text: string) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/** The metric of each value of a choice, the other choices being equal. @param reach least and largest metric of all choices */
export function choiceEffects(
  { path, values }: PageChoice,
  reach: readonly [number, number],
  metric: Sweep["metric"],
  options: FigureOptions,
): SVGSVGElement {
  return figure(
    {
      height: 40 + 22 * values.length,
      marginLeft: 20 + 6.5 * Math.max(...values.map(({ value }) => short(value).length)),
      marginTop: 4,
      x: { label: metric.name, domain: reach, ticks: 4, nice: true, inset: 8 },
      y: { label: null, domain: values.map(({ value }) => value), tickFormat: short, tickSize: 0 },
      marks: [
        gridX({ ticks: 4 }),
        Plot.dot(values, {
          x: "metric",
          y: "value",
          r: 4.5,
          fill: colours.r,
          title: ({ value, metric: mean, variants }: PageChoice["values"][number]) =>
            `${value}: ${fixed(mean, 4)}, of ${variants} variants`,
        }),
      ],
    },
    options,
    `${path}: ${values.map(({ value, metric: mean }) => `${value} ${fixed(mean, 4)}`).join("; ")}`,
  );
}

/** The metric of each variant from rung to rung. */
export function courses({ metric, ranking }: Sweep, options: FigureOptions): SVGSVGElement {
  const points = ranking.flatMap(({ name, course, finished }) =>
    course.map(({ epochs, value }) => ({ name, epochs, value, finished })),
  );
  const shade = ({ finished }: (typeof points)[number]) => (finished ? colours.r : colours.strong);
  return figure(
    {
      height: 300,
      marginLeft: 56,
      x: { label: "epochs", tickFormat: "~d", interval: 1, ticks: 8, inset: 8 },
      y: { label: `validation ${metric.name}`, nice: true, reverse: !metric.larger, inset: 8 },
      marks: [
        gridX(),
        gridY(),
        Plot.line(points, { x: "epochs", y: "value", z: "name", stroke: shade, strokeWidth: 1.5 }),
        Plot.dot(points, {
          x: "epochs",
          y: "value",
          r: 3,
          fill: shade,
          title: ({ name, epochs, value }: (typeof points)[number]) =>
            `${name}: ${fixed(value, 4)} after epoch ${epochs}`,
        }),
      ],
    },
    options,
    `Validation ${metric.name} of ${ranking.length} variants from rung to rung`,
  );
}
