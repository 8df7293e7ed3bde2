import type { MetricResult } from "./metric.js";

/** Numbers that were predicted of held-out samples, and what would have been right, in the units of the data. */
export interface JudgedNumbers {
  size: number;
  /** Names of the numbers. */
  classes: readonly string[];
  /** [size, numbers] */
  targets: Float32Array;
  /** [size, numbers] */
  predicted: Float32Array;
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

/** Predicted less true, of one number of each sample. */
function errorsOf({ size, classes, targets, predicted }: JudgedNumbers, k: number): Float64Array {
  const width = classes.length;
  return Float64Array.from(
    { length: size },
    (_, i) => (predicted[i * width + k] as number) - (targets[i * width + k] as number),
  );
}

/** A figure of each number, by its name, where there are several. */
function detailsOf({ classes }: JudgedNumbers, values: readonly number[]): Pick<MetricResult, "details"> {
  if (classes.length === 1) return {};
  return { details: Object.fromEntries(classes.map((name, k) => [name, values[k] as number])) };
}

/** The mean of something of each sample over all numbers, with its 95 % interval by the normal distribution. */
function meanOver(judged: JudgedNumbers, of: (error: number) => number): { value: number; half: number } {
  const { size, classes } = judged;
  const samples = new Float64Array(size);
  classes.forEach((_, k) =>
    errorsOf(judged, k).forEach(
      (error, i) => (samples[i] = (samples[i] as number) + of(error) / classes.length),
    ),
  );
  const value = mean(samples);
  const variance = samples.reduce((sum, one) => sum + (one - value) ** 2, 0) / (size - 1);
  return { value, half: 1.959964 * Math.sqrt(variance / size) };
}

/** An interval is known of two samples or more. */
function intervalOf(low: number, high: number): Pick<MetricResult, "interval"> {
  return Number.isFinite(low) && Number.isFinite(high) ? { interval: [Math.max(0, low), high] } : {};
}

/** Mean absolute error; of several numbers the mean over them. */
export function mae(judged: JudgedNumbers): MetricResult {
  const { value, half } = meanOver(judged, Math.abs);
  const each = judged.classes.map((_, k) => mean(errorsOf(judged, k).map(Math.abs)));
  return { value, ...intervalOf(value - half, value + half), ...detailsOf(judged, each) };
}

/** Root of the mean squared error; of several numbers of the mean over them. */
export function rmse(judged: JudgedNumbers): MetricResult {
  const square = (error: number) => error ** 2;
  const { value, half } = meanOver(judged, square);
  const each = judged.classes.map((_, k) => Math.sqrt(mean(errorsOf(judged, k).map(square))));
  return {
    value: Math.sqrt(value),
    ...intervalOf(Math.sqrt(Math.max(0, value - half)), Math.sqrt(value + half)),
    ...detailsOf(judged, each),
  };
}

/**
 * Coefficient of determination: 1 - (squared errors) / (squared distances from the mean of the held-out samples). 1 is perfect, 0 is as good as always
 * answering that mean, below 0 is worse. Of several numbers the mean over them.
 * @returns NaN where a number is the same in all samples
 */
export function r2(judged: JudgedNumbers): MetricResult {
  const { size, classes, targets } = judged;
  const each = classes.map((_, k) => {
    const truth = Float64Array.from({ length: size }, (_, i) => targets[i * classes.length + k] as number);
    const centre = mean(truth);
    const spread = truth.reduce((sum, value) => sum + (value - centre) ** 2, 0);
    const left = errorsOf(judged, k).reduce((sum, error) => sum + error ** 2, 0);
    return spread === 0 ? NaN : 1 - left / spread;
  });
  return { value: mean(each), ...detailsOf(judged, each) };
}
