import type { Metric } from "./metrics.js";

/** Metrics that are shares of samples are shown in per cent. */
const shares: readonly string[] = ["accuracy", "subset_accuracy"];

/** 0.97512 -> "97.51 %" of a share, "0.9751" of another metric. */
export function shownMetric({ name }: Pick<Metric, "name">, value: number): string {
  return shares.includes(name) ? `${(100 * value).toFixed(2)} %` : value.toPrecision(4);
}

/** With half the width of its interval, where that is known. */
export function shownEstimate(
  metric: Pick<Metric, "name">,
  { mean, half }: { mean: number; half: number },
): string {
  if (Number.isNaN(half)) return shownMetric(metric, mean);
  const reach = shownMetric(metric, half).replace(" %", "");
  return shownMetric(metric, mean).replace(/( %)?$/, ` ± ${reach}$1`);
}

/** 42 -> "42 s", 600 -> "10 min", 9000 -> "2.5 h" */
export function shownTime(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
