import { fixed } from "./names.js";
import { colours, figure, gridX, gridY, Plot, type FigureOptions } from "./plot.js";
import { histogram } from "./statistics.js";

/** Points that a picture holds, evenly spaced among the samples. */
const mostPoints = 3000;

/** Predicted against true numbers: on the dashed line they are the same. */
export function predictedAgainstTrue(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  name: string,
  options: FigureOptions,
): SVGSVGElement {
  const step = Math.max(1, Math.ceil(truth.length / mostPoints));
  const points = Array.from({ length: truth.length }, (_, i) => i)
    .filter((i) => i % step === 0)
    .map((i) => ({ truth: truth[i] as number, predicted: predicted[i] as number }));
  const [low, high] = rangeOf(points.flatMap((point) => [point.truth, point.predicted]));
  return figure(
    {
      height: Math.min(360, options.width),
      marginLeft: 56,
      marginTop: 26,
      x: { label: `true ${name}`, domain: [low, high], ticks: 5, nice: true },
      y: { label: "predicted", domain: [low, high], ticks: 5, nice: true },
      marks: [
        gridX({ ticks: 5 }),
        gridY({ ticks: 5 }),
        Plot.line(
          [
            [low, low],
            [high, high],
          ],
          { stroke: colours.strong, strokeDasharray: "3 3" },
        ),
        Plot.dot(points, {
          x: "truth",
          y: "predicted",
          r: 2,
          fill: colours.accent,
          fillOpacity: 0.5,
        }),
      ],
    },
    options,
    `Predicted against true ${name} of ${points.length} samples`,
  );
}

/** How the errors, predicted less true, are distributed. */
export function residuals(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  name: string,
  options: FigureOptions,
): SVGSVGElement {
  const errors = Array.from(
    { length: truth.length },
    (_, i) => (predicted[i] as number) - (truth[i] as number),
  );
  const bins = histogram(errors, rangeOf(errors), 40);
  return figure(
    {
      height: Math.min(360, options.width),
      marginLeft: 56,
      marginTop: 26,
      x: { label: "predicted less true", ticks: 5 },
      y: { label: "samples", ticks: 5 },
      marks: [
        gridY({ ticks: 5 }),
        Plot.rectY(bins, {
          x1: "from",
          x2: "to",
          y: "count",
          fill: colours.accent,
          inset: 0.5,
          title: ({ from, to, count }: (typeof bins)[number]) =>
            `${fixed(from, 2)} to ${fixed(to, 2)}: ${count} samples`,
        }),
        Plot.ruleX([0], { stroke: colours.ink }),
      ],
    },
    options,
    `Errors of the predicted ${name}`,
  );
}

/** From the least to the greatest, with some room where they are the same. */
function rangeOf(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return low < high ? [low, high] : [low - 1, low + 1];
}
