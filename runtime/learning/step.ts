import * as tf from "@tensorflow/tfjs-core";
import { addNoise, type GradientNoise } from "./gradient-noise.js";
import type { Optimizer } from "./optimizers.js";

export interface StepOptions {
  /** What the learning rate and the weight decay are multiplied by. */
  factor?: number | undefined;
  /** Scales the gradients of all weights together down to this length (Pascanu et al. 2013). */
  clipNorm?: number | undefined;
  /** Share of each kernel that a step takes away (Loshchilov and Hutter 2019). */
  decay?: number | undefined;
  noise?: GradientNoise | undefined;
  /** Is given the length of the gradient of all weights together, before it is clipped. */
  onGradient?: ((length: tf.Scalar) => void) | undefined;
}

/**
 * Takes one step down the gradient of a loss.
 * @returns the loss, which the caller disposes of or tidies
 */
export function takeStep(
  optimizer: Optimizer,
  weights: readonly tf.Variable[],
  loss: () => tf.Scalar,
  options?: StepOptions,
): tf.Scalar {
  return tf.tidy(() => {
    const { value, grads } = tf.variableGrads(loss, [...weights]);
    applyGradients(optimizer, weights, grads, options);
    return value;
  });
}

/**
 * Takes one step down these gradients.
 * @param grads by the weights' names; a weight without one has no part in the loss
 */
export function applyGradients(
  optimizer: Optimizer,
  weights: readonly tf.Variable[],
  grads: Readonly<Record<string, tf.Tensor>>,
  { factor = 1, clipNorm, decay = 0, noise, onGradient }: StepOptions = {},
): void {
  tf.tidy(() => {
    const perturbed = noise === undefined ? grads : addNoise(grads, noise);
    const gradient = tf.concat1d(
      weights.map((weight) => {
        const grad = perturbed[weight.name];
        return grad === undefined ? tf.zeros([weight.size]) : (tf.reshape(grad, [-1]) as tf.Tensor1D);
      }),
    );
    const length = tf.sqrt(tf.sum<tf.Scalar>(tf.square(gradient)));
    onGradient?.(length);
    const clipped = clipNorm === undefined ? gradient : clip(gradient, length, clipNorm);
    const step = optimizer.step(clipped, factor * optimizer.learningRate);
    let at = 0;
    for (const weight of weights) {
      const part = tf.reshape(tf.slice1d(step, at, weight.size), weight.shape);
      const kept = decay > 0 && weight.rank > 1 ? tf.mul(weight, 1 - factor * decay) : weight;
      weight.assign(tf.sub(kept, part));
      at += weight.size;
    }
  });
}

function clip(gradient: tf.Tensor1D, length: tf.Scalar, limit: number): tf.Tensor1D {
  return tf.mul(gradient, tf.minimum(1, tf.div(limit, tf.add(length, 1e-12))));
}
