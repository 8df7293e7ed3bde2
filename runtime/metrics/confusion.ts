import type { Judged } from "./metric.js";

/** How often each class was taken for each: [classes, classes], a row for what is right, a column for what was predicted. */
export function confusion({
  labels,
  predicted,
  classes,
}: Pick<Judged, "labels" | "predicted" | "classes">): Int32Array {
  const counts = new Int32Array(classes.length ** 2);
  labels.forEach((label, i) => {
    const at = label * classes.length + (predicted[i] as number);
    counts[at] = (counts[at] as number) + 1;
  });
  return counts;
}
