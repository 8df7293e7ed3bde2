import type { Judged, MetricResult } from "./metric.js";

/**
 * Expected calibration error (Guo et al. 2017, eq. 3): the mean distance between confidence and accuracy over bins of equal width in
 * confidence. Details: the largest such distance, the negative log-likelihood in nats, and the Brier score.
 */
export function calibration(judged: Judged, { bins }: { bins: number }): MetricResult {
  const { size, labels, predicted, probabilities, classes } = judged;
  const count = new Float64Array(bins);
  const confidence = new Float64Array(bins);
  const right = new Float64Array(bins);
  let logLoss = 0;
  let brier = 0;
  const at = (array: Float64Array, i: number, more: number) => (array[i] = (array[i] as number) + more);
  for (let i = 0; i < size; i++) {
    const label = labels[i] as number;
    const top = probabilities[i * classes.length + (predicted[i] as number)] as number;
    const bin = Math.min(bins - 1, Math.floor(top * bins));
    at(count, bin, 1);
    at(confidence, bin, top);
    at(right, bin, predicted[i] === label ? 1 : 0);
    logLoss -= Math.log(Math.max(1e-12, probabilities[i * classes.length + label] as number));
    for (let c = 0; c < classes.length; c++) {
      brier += ((probabilities[i * classes.length + c] as number) - (c === label ? 1 : 0)) ** 2;
    }
  }
  let error = 0;
  let largest = 0;
  for (let bin = 0; bin < bins; bin++) {
    const n = count[bin] as number;
    if (n === 0) continue;
    const distance = Math.abs((confidence[bin] as number) - (right[bin] as number)) / n;
    error += (n / size) * distance;
    largest = Math.max(largest, distance);
  }
  return { value: error, details: { largest, logLoss: logLoss / size, brier: brier / size } };
}
