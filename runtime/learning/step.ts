import * as tf from "@tensorflow/tfjs-core";
import type { Random } from "../data/random.js";

export interface StepOptions {
  /** Scales the gradients of all weights together down to this length (Pascanu et al. 2013). */
  clipNorm?: number | undefined;
  /** Share of each weight that a step takes away (Loshchilov and Hutter 2019). */
  decay?: number | undefined;
  /** Adds to the gradients of the variables of these names Gaussian noise of their own standard deviation. */
  noise?: { to: ReadonlySet<string>; random: Random } | undefined;
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
    const perturbed = noise === undefined ? grads : perturb(grads, noise);
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

/** grad + N(0, var(grad)), the variance taken over the elements of one array. */
function perturb(
  grads: Record<string, tf.Tensor>,
  { to, random }: NonNullable<StepOptions["noise"]>,
): Record<string, tf.Tensor> {
  const entries = Object.entries(grads).map(([name, grad]) => {
    if (!to.has(name)) return [name, grad] as const;
    const values = Float32Array.from({ length: grad.size }, () => random.normal());
    const deviation = tf.sqrt(tf.moments(grad).variance);
    return [name, tf.add(grad, tf.mul(deviation, tf.tensor(values, grad.shape)))] as const;
  });
  return Object.fromEntries(entries);
}
