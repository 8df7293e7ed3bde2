import type { Atom } from "../content.js";
import { percent } from "./names.js";
import { colours, figure, gridX, gridY, Plot, type FigureOptions } from "./plot.js";
import { meansByQuantile } from "./statistics.js";

/** A share of the gate against the measured share of the same interaction: means of equally many samples. */
export function gateAgainstMeasured(
  atom: Atom,
  { gate, measured, name }: { gate: readonly number[]; measured: readonly number[]; name: string },
  options: FigureOptions,
): SVGSVGElement {
  const bins = meansByQuantile(gate, measured, Math.max(2, Math.min(12, Math.floor(gate.length / 20))));
  return figure(
    {
      height: 216,
      marginLeft: 44,
      marginTop: 26,
      marginRight: 10,
      x: {
        label: "share by the gate",
        domain: [0, 1],
        tickFormat: (x: number) => percent(x, 0),
        ticks: 3,
      },
      y: { label: "measured share", domain: [0, 1], ticks: 5, tickFormat: (x: number) => percent(x, 0) },
      marks: [
        gridX({ ticks: 5 }),
        gridY({ ticks: 5 }),
        Plot.line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: colours.strong, strokeDasharray: "3 3" },
        ),
        Plot.ruleX(bins, {
          x: "x",
          y1: ({ mean, error }: { mean: number; error: number }) => mean - 2 * error,
          y2: ({ mean, error }: { mean: number; error: number }) => mean + 2 * error,
          stroke: colours[atom],
        }),
        Plot.line(bins, { x: "x", y: "mean", stroke: colours[atom], strokeWidth: 1.25 }),
        Plot.dot(bins, {
          x: "x",
          y: "mean",
          r: 3.5,
          fill: colours[atom],
          stroke: colours.surface,
          title: ({ x, mean, error, count }: (typeof bins)[number]) =>
            `gate ${percent(x)}, measured ${percent(mean)} ± ${percent(error)} (${count} samples)`,
        }),
      ],
    },
    options,
    `${name}: the gate's share against the measured share`,
  );
}

/** Estimates against the exact values of synthetic samples: means of equally many samples, and the line where they agree. */
export function estimatedAgainstExact(
  atom: Atom,
  {
    exact,
    estimated,
    name,
    unit,
  }: { exact: readonly number[]; estimated: readonly number[]; name: string; unit: string },
  options: FigureOptions,
): SVGSVGElement {
  const points = exact.map((x, i) => ({ x, y: estimated[i] as number }));
  const step = Math.max(1, Math.floor(points.length / 1500));
  const shown = points.filter((_, i) => i % step === 0);
  const ends = shown.flatMap(({ x, y }) => [x, y]);
  const domain: [number, number] = [Math.min(...ends), Math.max(...ends)];
  return figure(
    {
      height: 236,
      marginLeft: 40,
      marginTop: 26,
      x: { label: `exact, ${unit}`, domain, ticks: 5, nice: true },
      y: { label: "estimated", domain, ticks: 5, nice: true },
      marks: [
        gridX({ ticks: 5 }),
        gridY({ ticks: 5 }),
        Plot.dot(shown, { x: "x", y: "y", r: 1.5, fill: colours[atom], fillOpacity: 0.45 }),
        Plot.line(
          [
            [domain[0], domain[0]],
            [domain[1], domain[1]],
          ],
          { stroke: colours.ink, strokeDasharray: "3 3" },
        ),
      ],
    },
    options,
    `${name}: estimated against exact values`,
  );
}
