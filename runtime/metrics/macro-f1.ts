import type { Judged, MetricResult } from "./metric.js";

/** Mean over the classes that occur of F1 = 2 TP / (2 TP + FP + FN). */
export function macroF1({ labels, predicted, classes }: Judged): MetricResult {
  const scores: number[] = [];
  const details: Record<string, number> = {};
  classes.forEach((name, c) => {
    let right = 0;
    let wrong = 0;
    let occurs = false;
    labels.forEach((label, i) => {
      if (label === c) occurs = true;
      if (label === c && predicted[i] === c) right++;
      else if (label === c || predicted[i] === c) wrong++;
    });
    if (!occurs) return;
    const score = (2 * right) / (2 * right + wrong);
    scores.push(score);
    details[name] = score;
  });
  return { value: scores.reduce((a, b) => a + b, 0) / scores.length, details };
}
