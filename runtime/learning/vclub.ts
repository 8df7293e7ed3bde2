import * as tf from "@tensorflow/tfjs-core";
import { glorotUniform, heNormal, zeros, type Scope } from "../layers/parameters.js";
import { meanOverBatch } from "../parallel/whole-batch.js";
import { stopGradient } from "./losses.js";

/** An upper bound of I(U; R) by a network q(r | u) of its own. */
export interface InformationBound {
  /**
   * The bound in nats, at least 0; U and R learn from it, q doesn't.
   * @param u [batch, inputs]
   * @param r [batch, outputs]
   */
  bound(u: tf.Tensor2D, r: tf.Tensor2D): tf.Scalar;
  /** How badly q tells r from u: its mean negative log-likelihood in nats a feature, without the constant. Only q learns from it. */
  misfit(u: tf.Tensor2D, r: tf.Tensor2D): tf.Scalar;
}

/** A diagonal Gaussian over r for each u. */
interface Conditional {
  mean: tf.Tensor2D;
  logVariance: tf.Tensor2D;
}

/**
 * The variational contrastive log-ratio upper bound, vCLUB (Cheng et al. 2020, arXiv 2006.12013):
 * E_p(u,r) log q(r | u) - E_p(u) E_p(r) log q(r | u), over all pairs of a batch. q is a diagonal Gaussian whose mean and log-variance a network with
 * one hidden layer tells from u. For such a q the mean over all r of a batch needs only their mean and their mean square.
 */
export function vclub(options: {
  inputs: number;
  outputs: number;
  /** Units of q's hidden layer; as many as it has outputs when left out. */
  hidden?: number;
}): (scope: Scope) => InformationBound {
  const { inputs, outputs, hidden = outputs } = options;
  return (scope) => {
    const weights = [
      scope.add("hidden.kernel", [inputs, hidden], heNormal, inputs, hidden),
      scope.add("hidden.bias", [hidden], zeros),
      scope.add("output.kernel", [hidden, 2 * outputs], glorotUniform, hidden, outputs),
      scope.add("output.bias", [2 * outputs], zeros),
    ];
    const conditional = (u: tf.Tensor2D, [k1, b1, k2, b2]: readonly tf.Tensor[]): Conditional => {
      const features = tf.relu(tf.add(tf.matMul(u, k1 as tf.Tensor2D), b1 as tf.Tensor)) as tf.Tensor2D;
      const both = tf.add(tf.matMul(features, k2 as tf.Tensor2D), b2 as tf.Tensor);
      const [mean, spread] = tf.split(both, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
      // Bounded, so that a q that is too sure of itself can't make the bound explode.
      return { mean, logVariance: tf.tanh(spread) };
    };
    return {
      bound(u, r) {
        const { mean, logVariance } = conditional(u, weights.map(stopGradient));
        const centre = meanOverBatch(r, 0, true);
        const square = meanOverBatch(tf.square(r), 0, true);
        // mean_j (r_j - mu)^2 - (r - mu)^2, with the squares of mu cancelled.
        const apart = tf.add(tf.sub(square, tf.square(r)), tf.mul(tf.mul(2, mean), tf.sub(r, centre)));
        const ratios = tf.sum(tf.div(apart, tf.mul(2, tf.exp(logVariance))), 1);
        return tf.relu(meanOverBatch(ratios)) as tf.Scalar;
      },
      misfit(u, r) {
        const { mean, logVariance } = conditional(stopGradient(u), weights);
        const apart = tf.squaredDifference(stopGradient(r), mean);
        return tf.mul(0.5, tf.mean(tf.add(tf.div(apart, tf.exp(logVariance)), logVariance))) as tf.Scalar;
      },
    };
  };
}
