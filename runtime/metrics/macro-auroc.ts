import { auroc } from "./auroc.js";
import type { Judged, MetricResult } from "./metric.js";

/** Mean over the classes of the area under the receiver operating characteristic of each against all others; details: of each class. */
export function macroAuroc({ size, labels, probabilities, classes }: Judged): MetricResult {
  const rows = Array.from({ length: size }, (_, i) => i);
  const scores = classes.flatMap((name, c) => {
    const of = (own: boolean) =>
      rows
        .filter((i) => (labels[i] === c) === own)
        .map((i) => probabilities[i * classes.length + c] as number);
    const score = auroc(of(true), of(false));
    return Number.isNaN(score) ? [] : [[name, score] as const];
  });
  const value = scores.reduce((sum, [, score]) => sum + score, 0) / scores.length;
  return { value, details: Object.fromEntries(scores) };
}
