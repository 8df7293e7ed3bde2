import type { EpochContent, RunSummary } from "../content.js";
import { fixed } from "./names.js";
import { colours, figure, gridY, Plot, type FigureOptions } from "./plot.js";

interface Point {
  epoch: number;
  value: number;
  line: string;
}

/** Stages in the order in which they were learned. */
export function stagesOf(history: readonly EpochContent[]): string[] {
  return [...new Set(history.map(({ stage }) => stage))];
}

/** The loss of one stage, its parts, and the validation loss, epoch by epoch. */
export function learningCurve(
  history: readonly EpochContent[],
  stage: string,
  options: FigureOptions,
): SVGSVGElement {
  const epochs = history.filter((entry) => entry.stage === stage);
  const points = epochs.flatMap(({ epoch, loss, validationLoss, losses = {} }): Point[] => [
    { epoch, value: loss, line: "loss" },
    ...(validationLoss === undefined ? [] : [{ epoch, value: validationLoss, line: "validation" }]),
    ...Object.entries(losses).map(([line, value]) => ({ epoch, value, line })),
  ]);
  const main = (line: string) => line === "loss" || line === "validation";
  const parts = points.filter(({ line }) => !main(line));
  const lines = points.filter(({ line }) => main(line));
  const colourOf = ({ line }: Point) =>
    line === "loss" ? colours.ink : line === "validation" ? colours.accent : colours.quiet;
  const ends = [...new Map(points.map((point) => [point.line, point])).values()];
  const named = ends.filter(({ line }) => main(line)).concat(largest(ends.filter(({ line }) => !main(line))));
  return figure(
    {
      height: 210,
      marginLeft: 40,
      marginTop: 14,
      marginRight: 16 + 6.6 * Math.max(...named.map(({ line }) => line.length)),
      x: {
        label: "epoch",
        ticks: wholeTicks(epochs.length),
        tickFormat: "d",
        domain: [1, Math.max(2, epochs.length)],
      },
      y: { label: null, zero: true, nice: true, ticks: 5 },
      marks: [
        gridY({ ticks: 5 }),
        Plot.line(parts, {
          x: "epoch",
          y: "value",
          z: "line",
          stroke: colours.quiet,
          strokeWidth: 1,
          strokeDasharray: "3 2",
        }),
        Plot.line(lines, { x: "epoch", y: "value", z: "line", stroke: colourOf, strokeWidth: 2 }),
        Plot.dot(points, {
          x: "epoch",
          y: "value",
          r: epochs.length > 40 ? 1 : 2.5,
          fill: colourOf,
          title: ({ epoch, line, value }: Point) => `epoch ${epoch}: ${line} ${fixed(value, 4)}`,
        }),
        Plot.text(apart(named, points), {
          x: "epoch",
          y: "at",
          text: "line",
          dx: 7,
          textAnchor: "start",
          fill: colourOf,
        }),
      ],
    },
    options,
    `Stage ${stage}: ${ends.map(({ line, value }) => `${line} ends at ${fixed(value, 4)}`).join("; ")}`,
  );
}

/** Terms that are named in the picture; the table names all. */
const mostNames = 4;

function largest(terms: readonly Point[]): Point[] {
  return [...terms].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, mostNames);
}

/** Labels at the ends of lines, moved apart where they would overlap. */
function apart(ends: readonly Point[], all: readonly Point[]): (Point & { at: number })[] {
  const range = Math.max(...all.map(({ value }) => value)) - Math.min(0, ...all.map(({ value }) => value));
  const gap = 0.085 * (range || 1);
  let below = -Infinity;
  return [...ends]
    .sort((a, b) => a.value - b.value)
    .map((point) => {
      below = Math.max(point.value, below + gap);
      return { ...point, at: below };
    });
}

/** Validation losses (or losses) of a stage in several runs. */
export function comparedCurves(
  runs: readonly { run: RunSummary; colour: string; name: string }[],
  stage: string,
  options: FigureOptions,
): SVGSVGElement {
  const points = runs.flatMap(({ run, colour, name }) =>
    run.history
      .filter((entry) => entry.stage === stage)
      .map(({ epoch, loss, validationLoss }) => ({ epoch, value: validationLoss ?? loss, colour, name })),
  );
  return figure(
    {
      height: 200,
      marginLeft: 40,
      marginTop: 14,
      x: { label: "epoch", tickFormat: "d", ticks: 6 },
      y: { label: null, zero: true, nice: true, ticks: 5 },
      marks: [
        gridY({ ticks: 5 }),
        Plot.line(points, { x: "epoch", y: "value", z: "name", stroke: "colour", strokeWidth: 2 }),
        Plot.dot(points, {
          x: "epoch",
          y: "value",
          fill: "colour",
          r: 2.5,
          title: (d: (typeof points)[number]) => `${d.name}, epoch ${d.epoch}: ${fixed(d.value, 4)}`,
        }),
      ],
      color: { type: "identity" },
    },
    options,
    `Curves of stage ${stage} in ${runs.length} runs`,
  );
}

/** At most seven whole numbers from 1 to the last epoch. */
function wholeTicks(last: number): number[] {
  const step = Math.max(1, Math.ceil((last - 1) / 6));
  return Array.from({ length: Math.floor((last - 1) / step) + 1 }, (_, i) => 1 + i * step);
}
