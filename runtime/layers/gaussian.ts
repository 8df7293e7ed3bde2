import * as tf from "@tensorflow/tfjs-core";
import { linear } from "./dense.js";
import type { Context } from "./layer.js";
import type { Scope } from "./parameters.js";

/** A Gaussian with a diagonal covariance for each sample. */
export interface Latent {
  /** [batch, units] */
  mean: tf.Tensor2D;
  /** [batch, units]; in [-8, 8] */
  logVariance: tf.Tensor2D;
  /** A draw by the reparameterisation trick (Kingma and Welling 2014) while learning, the mean when predicting. [batch, units] */
  value: tf.Tensor2D;
}

export interface GaussianLayer {
  apply(x: tf.Tensor2D, context: Context): Latent;
}

/** A Gaussian latent whose mean and log-variance are linear in x: [batch, inputs] -> Latent of [batch, units]. */
export function gaussian({
  inputs,
  units,
}: {
  inputs: number;
  units: number;
}): (scope: Scope) => GaussianLayer {
  return (scope) => {
    const mean = linear({ inputs, units })(scope.scope("mean"));
    const spread = linear({ inputs, units })(scope.scope("logVariance"));
    return {
      apply(x, context) {
        const centre = mean.apply(x, context);
        // The start is a narrow Gaussian, so that learning begins with a signal and not with noise.
        const logVariance = tf.clipByValue(tf.sub(spread.apply(x, context), 4), -8, 8) as tf.Tensor2D;
        if (!context.training) return { mean: centre, logVariance, value: centre };
        const noise = new Float32Array(centre.size);
        for (let i = 0; i < noise.length; i++) noise[i] = context.random.normal();
        const deviation = tf.exp(tf.mul(logVariance, 0.5));
        const value = tf.add(centre, tf.mul(deviation, tf.tensor(noise, centre.shape))) as tf.Tensor2D;
        return { mean: centre, logVariance, value };
      },
    };
  };
}
