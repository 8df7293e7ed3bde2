import type { Predictions } from "../learning/predict.js";
import { auroc } from "../metrics/index.js";

/** How well the samples of classes that were held out can be told from those of the classes that were learned. */
export interface OutsideSummary {
  /** The classes held out. */
  classes: string[];
  samples: number;
  /**
   * Area under the receiver operating characteristic of telling them apart by the largest probability (Hendrycks and Gimpel 2017) and by
   * the entropy of the probabilities; 0.5 is chance.
   */
  auroc: { confidence: number; entropy: number };
  /** Mean largest probability of the test samples and of those held out. */
  confidence: { test: number; outside: number };
}

export function summariseOutside(test: Predictions, outside: Predictions): OutsideSummary {
  const held = new Set(outside.labels);
  const scores = ({ probabilities, size, classes }: Predictions, score: (row: Float32Array) => number) =>
    Float64Array.from({ length: size }, (_, i) =>
      score(probabilities.subarray(i * classes.length, (i + 1) * classes.length)),
    );
  const confidence = (row: Float32Array) => row.reduce((a, b) => Math.max(a, b), 0);
  const negativeEntropy = (row: Float32Array) =>
    row.reduce((sum, p) => (p > 0 ? sum + p * Math.log(p) : sum), 0);
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
  const [inside, out] = [scores(test, confidence), scores(outside, confidence)];
  return {
    classes: outside.classes.filter((_, label) => held.has(label)),
    samples: outside.size,
    auroc: {
      confidence: auroc(inside, out),
      entropy: auroc(scores(test, negativeEntropy), scores(outside, negativeEntropy)),
    },
    confidence: { test: mean(inside), outside: mean(out) },
  };
}
