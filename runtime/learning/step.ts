import * as tf from "@tensorflow/tfjs-core";
import { addNoise, type GradientNoise } from "./gradient-noise.js";
import type { Optimizer } from "./optimizers.js";

export interface StepOptions {
  /** Scales the gradients of all weights together down to this length (Pascanu et al. 2013). */
  clipNorm?: number | undefined;
  /** Share of each kernel that a step takes away (Loshchilov and Hutter 2019). */
  decay?: number | undefined;
  noise?: GradientNoise | undefined;
}

/**
 * Takes one step down the gradient of a loss.
 * @returns the loss, which the caller disposes of or tidies
 */
export function takeStep(
  optimizer: Optimizer,
  weights: readonly tf.Variable[],
  loss: () => tf.Scalar,
  { clipNorm, decay = 0, noise }: StepOptions = {},
): tf.Scalar {
  return tf.tidy(() => {
    const { value, grads: plain } = tf.variableGrads(loss, [...weights]);
    const grads = noise === undefined ? plain : addNoise(plain, noise);
    const gradient = tf.concat1d(
      weights.map((weight) => {
        const grad = grads[weight.name];
        return grad === undefined ? tf.zeros([weight.size]) : (tf.reshape(grad, [-1]) as tf.Tensor1D);
      }),
    );
    const step = optimizer.step(clipNorm === undefined ? gradient : clip(gradient, clipNorm));
    let at = 0;
    for (const weight of weights) {
      const part = tf.reshape(tf.slice1d(step, at, weight.size), weight.shape);
      const kept = decay > 0 && weight.rank > 1 ? tf.mul(weight, 1 - decay) : weight;
      weight.assign(tf.sub(kept, part));
      at += weight.size;
    }
    return value;
  });
}

function clip(gradient: tf.Tensor1D, limit: number): tf.Tensor1D {
  const length = tf.sqrt(tf.sum(tf.square(gradient)));
  return tf.mul(gradient, tf.minimum(1, tf.div(limit, tf.add(length, 1e-12))));
}
