import * as tf from "@tensorflow/tfjs-core";
import { addNoise, type GradientNoise } from "./gradient-noise.js";

export interface StepOptions {
  /** Scales the gradients of all weights together down to this length (Pascanu et al. 2013). */
  clipNorm?: number | undefined;
  /** Share of each weight that a step takes away (Loshchilov and Hutter 2019). */
  decay?: number | undefined;
  noise?: GradientNoise | undefined;
}

/**
 * Takes one step down the gradient of a loss.
 * @returns the loss, which the caller disposes of or tidies
 */
export function takeStep(
  optimizer: tf.Optimizer,
  weights: tf.Variable[],
  loss: () => tf.Scalar,
  { clipNorm, decay, noise }: StepOptions = {},
): tf.Scalar {
  return tf.tidy(() => {
    const { value, grads } = tf.variableGrads(loss, weights);
    const perturbed = noise === undefined ? grads : addNoise(grads, noise);
    const taken = clipNorm === undefined ? perturbed : clip(perturbed, clipNorm);
    optimizer.applyGradients(taken as Parameters<tf.Optimizer["applyGradients"]>[0]);
    if (decay !== undefined && decay > 0) {
      for (const weight of weights) if (weight.rank > 1) weight.assign(tf.mul(weight, 1 - decay));
    }
    return value;
  });
}

function clip(grads: Record<string, tf.Tensor>, limit: number): Record<string, tf.Tensor> {
  const squares = Object.values(grads).map((grad) => tf.sum(tf.square(grad)));
  const scale = tf.minimum(1, tf.div(limit, tf.add(tf.sqrt(tf.addN(squares)), 1e-12)));
  return Object.fromEntries(Object.entries(grads).map(([name, grad]) => [name, tf.mul(grad, scale)]));
}
