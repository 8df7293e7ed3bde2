import { proportion, type Judged, type MetricResult } from "./metric.js";

/** Share of the samples whose most probable class is theirs. */
export function accuracy({ size, labels, predicted }: Judged): MetricResult {
  return proportion(labels.filter((label, i) => label === predicted[i]).length, size);
}
