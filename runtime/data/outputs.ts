import type { DataColumns } from "./load.js";
import type { Samples } from "./samples.js";

/** The names of what a model says: classes, labels or numbers. */
export function outputsOf(target: DataColumns["target"]): readonly string[] {
  if (target.kind === "multilabel") return target.labels;
  if (target.kind !== undefined) return target.numbers;
  const { classes } = target;
  return typeof classes === "number" ? Array.from({ length: classes }, (_, i) => String(i)) : classes;
}

/** What stands for the answers where nobody knows them. */
export function unknownAnswers(
  target: DataColumns["target"],
  rows: number,
): Pick<Samples, "classes" | "labels" | "targets"> {
  const labels = new Int32Array(rows);
  const classes = outputsOf(target);
  if (target.kind === undefined) return { classes, labels };
  const values = new Float32Array(rows * classes.length);
  return { classes, labels, targets: { kind: target.kind, values } };
}
