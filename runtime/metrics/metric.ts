/** Predictions of held-out samples and what would have been right. */
export interface Judged {
  size: number;
  classes: readonly string[];
  labels: Int32Array;
  /** The most probable class of each sample. */
  predicted: Int32Array;
  /** [size, classes] */
  probabilities: Float32Array;
}

export interface MetricResult {
  value: number;
  /** A share lies in [0, 1] and is shown in per cent. */
  unit?: "share";
  /** 95 % confidence interval. */
  interval?: [number, number];
  /** More figures of the same kind. */
  details?: Record<string, number>;
}

/** Share of `hits` in `n` with its 95 % interval by Wilson's score (Wilson 1927). */
export function proportion(hits: number, n: number): MetricResult {
  const value = hits / n;
  const z = 1.959964;
  const centre = (value + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((value * (1 - value)) / n + (z * z) / (4 * n * n));
  return { value, unit: "share", interval: [Math.max(0, centre - half), Math.min(1, centre + half)] };
}
