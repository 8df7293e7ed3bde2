import * as tf from "@tensorflow/tfjs-core";
import { meanOverBatch, sumOverBatch } from "../parallel/whole-batch.js";
import { linear } from "../layers/dense.js";
import type { Context } from "../layers/layer.js";
import { heNormal, zeros, type Scope } from "../layers/parameters.js";
import type { Merge } from "./merge.js";

export interface MixtureOfExpertsOptions {
  inputs: readonly number[];
  units: number;
  experts: number;
  /** How many experts a sample asks. */
  top: number;
  /** Noise on the scores while learning: of a deviation that is learned of each sample and expert, or none. @default "none" */
  noise?: "learned" | "none";
}

export interface MixtureOfExperts extends Merge {
  /**
   * How unevenly the samples of a batch ask the experts, by the scores without noise: the load balancing loss of Fedus et al. 2021 (arXiv 2101.03961,
   * eq. 4 to 6, without its weight), for any `top`:
   *
   *     experts * sum_i f_i P_i    f_i = share of all questions that expert i is asked    P_i = mean of the softmax of all scores at i
   *
   * f is a constant to the gradient.
   * @param xs one [batch, width] a modality
   * @returns a scalar; 1 when all are asked alike, up to `experts` / `top` when all samples are sure of the same ones
   */
  imbalance(xs: readonly tf.Tensor2D[], context: Context): tf.Scalar;
}

/**
 * Mixture of experts (Shazeer et al. 2017, arXiv 1701.06538, eq. 1 and 3 to 5): each expert reads all modalities side by
 * side, E_i = relu(W_i x + b_i), and a sample's answer is a mixture of those that its gate prefers:
 *
 *     y = sum_i g_i E_i    g = softmax of the `top` largest of the scores H, 0 elsewhere
 *     H = V x + c, and while learning with noise, H = V x + c + normal * softplus(N x)
 *
 * All experts are computed; several with the same score as the last of the `top` all answer.
 * Several [batch, inputs[m]] -> [batch, units].
 */
export function mixtureOfExperts(options: MixtureOfExpertsOptions): (scope: Scope) => MixtureOfExperts {
  const { inputs, units, experts, top, noise = "none" } = options;
  return (scope) => {
    const width = inputs.reduce((a, b) => a + b, 0);
    const kernel = scope.add("experts.kernel", [width, experts * units], heNormal, width, units);
    const bias = scope.add("experts.bias", [experts * units], zeros);
    const gate = linear({ inputs: width, units: experts })(scope.scope("gate"));
    const spread = noise === "learned" ? scope.add("gate.noise", [width, experts], zeros) : undefined;
    const noisy = (scores: tf.Tensor2D, x: tf.Tensor2D, { training, random }: Context): tf.Tensor2D => {
      if (spread === undefined || !training) return scores;
      const drawn = random.values(scores.shape, (stream) => stream.normal());
      const deviation = tf.softplus(tf.matMul(x, spread as tf.Variable<tf.Rank.R2>));
      return tf.add(scores, tf.mul(tf.tensor2d(drawn, scores.shape), deviation));
    };
    // 0 for the experts that are asked, -1e9 for the others.
    const closed = (asked: tf.Tensor2D) => tf.mul(tf.sub(asked, 1), 1e9);
    const sideBySide = (xs: readonly tf.Tensor2D[]) => tf.concat([...xs], 1) as tf.Tensor2D;
    return {
      apply(xs, context) {
        const x = sideBySide(xs);
        const answers = tf.relu(tf.add(tf.matMul(x, kernel as tf.Variable<tf.Rank.R2>), bias));
        const scores = noisy(gate.apply(x, context), x, context);
        const open = top < experts ? tf.add(scores, closed(topOf(scores, top))) : scores;
        const shares = tf.softmax(open);
        const weighted = tf.mul(tf.reshape(answers, [-1, experts, units]), tf.expandDims(shares, 2));
        return tf.sum(weighted, 1) as tf.Tensor2D;
      },
      imbalance(xs, context) {
        const scores = gate.apply(sideBySide(xs), context);
        const asked = sumOverBatch(tf.sum(topOf(scores, top), 0));
        const probabilities: tf.Tensor = meanOverBatch(tf.softmax(scores), 0);
        const uneven = tf.sum(tf.mul(tf.div(asked, tf.sum(asked)), probabilities));
        return tf.mul(experts, uneven) as tf.Scalar;
      },
    };
  };
}

/** Which experts each row asks: 1 for the `top` largest scores, 0 elsewhere; a constant to the gradient. [batch, experts] */
function topOf(scores: tf.Tensor2D, top: number): tf.Tensor2D {
  const mask = tf.customGrad((given) => {
    const { values } = tf.topk(given as tf.Tensor2D, top);
    const least = tf.slice(values, [0, top - 1], [-1, 1]);
    const value = tf.cast(tf.greaterEqual(given as tf.Tensor2D, least), "float32");
    return { value, gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) };
  });
  return mask(scores) as tf.Tensor2D;
}
