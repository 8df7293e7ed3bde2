import * as tf from "@tensorflow/tfjs-core";
import type { Scope } from "../layers/parameters.js";
import { termOfBatch } from "../parallel/whole-batch.js";
import { mapEncodings, type Encodings, type Fuse } from "./encodings.js";
import { crossEntropy, untaped } from "./losses.js";
import { scaleGradient } from "./scale-gradient.js";

/**
 * What each modality contributes to the logits: its Shapley value, the mean over all orders of the modalities of what it adds to those
 * before it; a modality that isn't there yet is zero, and nothing at all predicts 0. The contributions add up to the logits of all modalities
 * together. It takes 2^modalities - 1 passes through the fusion. The mono-modal responses of adaptive gradient modulation, AGM (Li et al., ICCV 2023,
 * arXiv 2308.07686).
 * @returns [batch, classes] a modality
 */
export function monoModalResponses<Modality extends string>(
  encodings: Encodings<Modality>,
  fuse: Fuse<Modality>,
): Record<Modality, tf.Tensor2D> {
  const names = Object.keys(encodings) as Modality[];
  const count = names.length;
  // A set of modalities is the bits of a number; its logits are absent for the empty set.
  const values = Array.from({ length: 2 ** count }, (_, set) => {
    if (set === 0) return undefined;
    const some = mapEncodings(encodings, (name, encoding) =>
      contains(set, names.indexOf(name)) ? encoding : tf.zerosLike(encoding),
    );
    return fuse(some);
  });
  return mapEncodings(encodings, (name) => {
    const own = names.indexOf(name);
    const terms: tf.Tensor2D[] = [];
    for (let set = 0; set < 2 ** count; set++) {
      if (contains(set, own)) continue;
      const weight = shapleyWeight(bits(set), count);
      terms.push(tf.mul(values[set | (1 << own)] as tf.Tensor2D, weight));
      const before = values[set];
      if (before !== undefined) terms.push(tf.mul(before, -weight));
    }
    return tf.addN(terms);
  });
}

const contains = (set: number, member: number) => ((set >> member) & 1) === 1;
const bits = (set: number) => [...set.toString(2)].filter((digit) => digit === "1").length;

/** |S|! (k - |S| - 1)! / k!: the share of the orders of k modalities in which exactly S comes before one. */
function shapleyWeight(size: number, count: number): number {
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  return (factorial(size) * factorial(count - size - 1)) / factorial(count);
}

export interface AdaptiveModulation<Modality extends string> {
  /**
   * The logits, [batch, classes]: the sum of the responses, through each of which the gradient flows back multiplied by its coefficient. Takes the
   * scores of this batch into the running means.
   */
  modulate(responses: Record<Modality, tf.Tensor2D>, labels: tf.Tensor2D): tf.Tensor2D;
}

/**
 * Adaptive gradient modulation, AGM (Li et al., ICCV 2023): a modality's coefficient is exp(alpha (tau - r)). r says how far its
 * cross-entropy s in this batch is below those of the others, r = exp(mean over the others of s' - s); tau says the same of the running means of all batches
 * before. Where the target isn't one class the loss of its kind takes the place of the cross-entropy. A modality that is ahead of its usual lead learns more slowly for a moment, one that is behind it faster.
 */
export function adaptiveModulation<Modality extends string>({
  modalities,
  alpha,
  loss = crossEntropy,
}: {
  modalities: readonly Modality[];
  alpha: number;
  loss?: (logits: tf.Tensor2D, labels: tf.Tensor2D) => tf.Scalar;
}): (scope: Scope) => AdaptiveModulation<Modality> {
  return (scope) => {
    const running = scope.addState("scores", [modalities.length]);
    const steps = scope.addState("steps", []);
    return {
      modulate(responses, labels) {
        const coefficients = untaped(() => {
          const own = tf.stack(modalities.map((name) => loss(responses[name], labels))) as tf.Tensor1D;
          const scores = termOfBatch(own);
          const result = adaptiveCoefficients(scores, running as tf.Variable<tf.Rank.R1>, alpha);
          const next = tf.add(steps, 1);
          running.assign(tf.add(running, tf.div(tf.sub(scores, running), next)));
          steps.assign(next);
          return result;
        });
        const factors = tf.unstack(coefficients);
        const modulated = modalities.map((name, i) =>
          scaleGradient(responses[name], factors[i] as tf.Scalar),
        );
        return tf.addN(modulated);
      },
    };
  };
}

/** Furthest that tau may be above r, as in the authors' code: the coefficient stays below exp(10 alpha). */
const furthest = 10;

/**
 * exp(alpha (tau - r)) of each modality, [modalities].
 * @param scores losses of this batch, [modalities]
 * @param running their means over the batches before, [modalities]
 */
export function adaptiveCoefficients(scores: tf.Tensor1D, running: tf.Tensor1D, alpha: number): tf.Tensor1D {
  const others = (values: tf.Tensor1D) => tf.div(tf.sub(tf.sum(values), values), values.shape[0] - 1);
  const ratio = (values: tf.Tensor1D) => tf.exp(tf.sub(others(values), values));
  return tf.exp(tf.mul(alpha, tf.minimum(tf.sub(ratio(running), ratio(scores)), furthest))) as tf.Tensor1D;
}
