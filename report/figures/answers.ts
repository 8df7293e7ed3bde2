import { percent } from "./names.js";
import { colours, figure, gridX, gridY, Plot, type FigureOptions } from "./plot.js";
import { wilson } from "./statistics.js";

export interface ConfusionCell {
  truth: string;
  answer: string;
  count: number;
  /** Of the samples of its true class. */
  share: number;
}

/** A row for what is right, a column for what was answered. */
export function confusionCells(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: readonly string[],
  rows?: ArrayLike<number>,
): ConfusionCell[] {
  const width = classes.length;
  const counts = new Int32Array(width * width);
  const count = rows?.length ?? labels.length;
  for (let k = 0; k < count; k++) {
    const i = rows === undefined ? k : (rows[k] as number);
    const at = (labels[i] as number) * width + (predictions[i] as number);
    if (at >= 0) counts[at] = (counts[at] as number) + 1;
  }
  const total = (row: number) => counts.subarray(row * width, (row + 1) * width).reduce((a, b) => a + b, 0);
  return classes.flatMap((truth, t) =>
    classes.map((answer, a) => {
      const n = counts[t * width + a] as number;
      return { truth, answer, count: n, share: n / (total(t) || 1) };
    }),
  );
}

/** How often each class was taken for each. */
export function confusionMatrix(
  cells: readonly ConfusionCell[],
  classes: readonly string[],
  options: FigureOptions,
): SVGSVGElement {
  const numbers = classes.length <= 20;
  const side = Math.min(options.width, 90 + classes.length * (numbers ? 34 : 14));
  const longest = Math.max(2, ...classes.map((name) => name.length));
  const left = Math.min(130, 30 + 6.5 * longest);
  const wordy = longest > 3;
  return figure(
    {
      height: side - left + (wordy ? left : 50),
      marginLeft: left,
      marginTop: wordy ? left - 8 : 42,
      marginRight: 4,
      marginBottom: 8,
      padding: 0.04,
      x: {
        label: "answered",
        domain: [...classes],
        axis: "top",
        tickSize: 0,
        ...(wordy && { tickRotate: -40 }),
        labelAnchor: "right",
      },
      y: { label: "true class", domain: [...classes], tickSize: 0, labelAnchor: "top" },
      marks: [
        Plot.cell(cells, {
          x: "answer",
          y: "truth",
          fill: ({ truth, answer, count }: ConfusionCell) =>
            count === 0 ? colours.strong : truth === answer ? colours.accent : "var(--wrong)",
          // A root: one mistake in a hundred is still to be seen.
          fillOpacity: ({ share, count }: ConfusionCell) =>
            count === 0 ? 0.12 : 0.1 + 0.82 * Math.sqrt(share),
          rx: 2,
          title: ({ truth, answer, count, share }: ConfusionCell) =>
            `${truth} answered ${answer}: ${count} (${percent(share)} of ${truth})`,
        }),
        ...(numbers
          ? [
              Plot.text(
                cells.filter(({ count }) => count > 0),
                {
                  x: "answer",
                  y: "truth",
                  text: ({ count }: ConfusionCell) => String(count),
                  fill: ({ share }: ConfusionCell) => (share > 0.35 ? "var(--on-accent)" : colours.ink),
                  fontSize: 11,
                  pointerEvents: "none",
                },
              ),
            ]
          : []),
      ],
    },
    { ...options, width: side },
    "Confusion matrix; the table of the classes has the numbers",
  );
}

export interface CalibrationBin {
  confidence: number;
  accuracy: number;
  low: number;
  high: number;
  count: number;
  from: number;
  to: number;
}

/** Confidence against accuracy in bins of equal width (Guo et al. 2017), with Wilson's intervals. */
export function calibrationBins(
  confidence: ArrayLike<number>,
  right: (i: number) => boolean,
  bins = 15,
): CalibrationBin[] {
  const sums = Array.from({ length: bins }, () => ({ n: 0, confidence: 0, right: 0 }));
  for (let i = 0; i < confidence.length; i++) {
    const bin = sums[Math.min(bins - 1, Math.floor((confidence[i] as number) * bins))];
    if (bin === undefined) continue;
    bin.n++;
    bin.confidence += confidence[i] as number;
    if (right(i)) bin.right++;
  }
  return sums.flatMap(({ n, confidence: sum, right: hits }, b) => {
    if (n === 0) return [];
    const { value, low, high } = wilson(hits, n);
    return [
      { confidence: sum / n, accuracy: value, low, high, count: n, from: b / bins, to: (b + 1) / bins },
    ];
  });
}

/** A reliability diagram: on the dashed line the model is as often right as it thinks. */
export function calibrationDiagram(bins: readonly CalibrationBin[], options: FigureOptions): SVGSVGElement {
  const most = Math.max(...bins.map(({ count }) => count));
  return figure(
    {
      height: Math.min(320, options.width),
      marginLeft: 44,
      marginTop: 26,
      marginRight: 10,
      x: { label: "confidence", domain: [0, 1], ticks: 5, tickFormat: (x: number) => percent(x, 0) },
      y: { label: "right", domain: [0, 1], ticks: 5, tickFormat: (x: number) => percent(x, 0) },
      marks: [
        gridX({ ticks: 5 }),
        gridY({ ticks: 5 }),
        Plot.rectY(bins, {
          x1: "from",
          x2: "to",
          y: ({ count }: CalibrationBin) => 0.22 * Math.sqrt(count / most),
          fill: colours.strong,
          fillOpacity: 0.45,
          inset: 0.5,
        }),
        Plot.line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: colours.strong, strokeDasharray: "3 3" },
        ),
        Plot.ruleX(bins, {
          x: "confidence",
          y1: "low",
          y2: "high",
          stroke: colours.accent,
          strokeWidth: 1.25,
        }),
        Plot.dot(bins, {
          x: "confidence",
          y: "accuracy",
          r: 4,
          fill: colours.accent,
          stroke: colours.surface,
          title: ({ confidence, accuracy, low, high, count }: CalibrationBin) =>
            `${count} samples: confident ${percent(confidence)}, right ${percent(accuracy)} (95 %: ${percent(low)} to ${percent(high)})`,
        }),
      ],
    },
    options,
    "Calibration: confidence against accuracy",
  );
}
