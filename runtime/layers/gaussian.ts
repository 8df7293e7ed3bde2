import * as tf from "@tensorflow/tfjs-core";
import { linear } from "./dense.js";
import type { Context } from "./layer.js";
import { glorotUniform, zeros, type Scope } from "./parameters.js";

/** What a latent layer makes of each sample: a Gaussian with a diagonal covariance, or, from a plain layer, a point. */
export interface Latent {
  /** [batch, units] */
  mean: tf.Tensor2D;
  /** [batch, units]; in [-8, 8]. A plain layer has none. */
  logVariance?: tf.Tensor2D;
  /** A draw by the reparameterisation trick (Kingma and Welling 2014) while learning, the mean when predicting. [batch, units] */
  value: tf.Tensor2D;
}

export interface LatentLayer {
  apply(x: tf.Tensor2D, context: Context): Latent;
}

export type LatentMaker = (options: { inputs: number; units: number }) => (scope: Scope) => LatentLayer;

/** A Gaussian latent whose mean and log-variance are linear in x: [batch, inputs] -> Latent of [batch, units]. */
export const gaussian: LatentMaker = ({ inputs, units }) => {
  return (scope) => {
    // One product for both halves: mean, then log-variance.
    const kernel = scope.add("kernel", [inputs, 2 * units], glorotUniform, inputs, units);
    const bias = scope.add("bias", [2 * units], zeros);
    return {
      apply(x, context) {
        const both = tf.add(tf.matMul(x, kernel as tf.Variable<tf.Rank.R2>), bias);
        const [mean, spread] = tf.split(both, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
        // The start is a narrow Gaussian, so that learning begins with a signal and not with noise.
        const logVariance = tf.clipByValue(tf.sub(spread, 4), -8, 8) as tf.Tensor2D;
        if (!context.training) return { mean, logVariance, value: mean };
        const noise = context.random.values(mean.shape, (stream) => stream.normal());
        const deviation = tf.exp(tf.mul(logVariance, 0.5));
        const value = tf.add(mean, tf.mul(deviation, tf.tensor(noise, mean.shape))) as tf.Tensor2D;
        return { mean, logVariance, value };
      },
    };
  };
};

/** The ablation of `gaussian`: a linear layer in its place, [batch, inputs] -> a point of [batch, units]. */
export const plain: LatentMaker = (options) => (scope) => {
  const layer = linear(options)(scope);
  return {
    apply(x, context) {
      const value = layer.apply(x, context);
      return { mean: value, value };
    },
  };
};
