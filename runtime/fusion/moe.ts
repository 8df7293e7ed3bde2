import * as tf from "@tensorflow/tfjs-core";
import { linear } from "../layers/dense.js";
import { heNormal, zeros } from "../layers/parameters.js";
import type { MergeMaker } from "./merge.js";

export interface MixtureOfExpertsOptions {
  inputs: readonly number[];
  units: number;
  experts: number;
  /** How many experts a sample asks. */
  top: number;
}

/**
 * Mixture of experts (Shazeer et al. 2017, arXiv 1701.06538, eq. 1, 3 and 5, without its noise): each expert reads all modalities side by
 * side, E_i = relu(W_i x + b_i), and a sample's answer is a mixture of those that its gate prefers:
 *
 *     y = sum_i g_i E_i    g = softmax of the `top` largest of the scores V x + c, 0 elsewhere
 *
 * All experts are computed; several with the same score as the last of the `top` all answer.
 * Several [batch, inputs[m]] -> [batch, units].
 */
export function mixtureOfExperts({ inputs, units, experts, top }: MixtureOfExpertsOptions): MergeMaker {
  return (scope) => {
    const width = inputs.reduce((a, b) => a + b, 0);
    const kernel = scope.add("experts.kernel", [width, experts * units], heNormal, width, units);
    const bias = scope.add("experts.bias", [experts * units], zeros);
    const gate = linear({ inputs: width, units: experts })(scope.scope("gate"));
    return {
      apply(xs, context) {
        const x = tf.concat([...xs], 1) as tf.Tensor2D;
        const answers = tf.relu(tf.add(tf.matMul(x, kernel as tf.Variable<tf.Rank.R2>), bias));
        const scores = gate.apply(x, context);
        const shares = tf.softmax(top < experts ? tf.add(scores, closed(scores, top)) : scores);
        const weighted = tf.mul(tf.reshape(answers, [-1, experts, units]), tf.expandDims(shares, 2));
        return tf.sum(weighted, 1) as tf.Tensor2D;
      },
    };
  };
}

/** What closes all scores but the `top` largest of each row: 0 for these, -1e9 elsewhere; a constant to the gradient. [batch, experts] */
function closed(scores: tf.Tensor2D, top: number): tf.Tensor2D {
  const mask = tf.customGrad((given) => {
    const { values } = tf.topk(given as tf.Tensor2D, top);
    const least = tf.slice(values, [0, top - 1], [-1, 1]);
    const value = tf.mul(tf.cast(tf.less(given as tf.Tensor2D, least), "float32"), -1e9);
    return { value, gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) };
  });
  return mask(scores) as tf.Tensor2D;
}
