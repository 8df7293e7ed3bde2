import * as tf from "@tensorflow/tfjs-core";
import type { Random } from "../data/random.js";

export interface GradientNoise {
  /** Names of the variables whose gradients get noise. */
  to: ReadonlySet<string>;
  random: Random;
}

/**
 * The generalization enhancement of OGM-GE (Peng et al., CVPR 2022): to the gradient of each array Gaussian noise of mean 0 and of the
 * standard deviation that the gradient has over the array's elements.
 * @param grads by the variables' names
 */
export function addNoise(
  grads: Readonly<Record<string, tf.Tensor>>,
  { to, random }: GradientNoise,
): Record<string, tf.Tensor> {
  const entries = Object.entries(grads).map(([name, grad]) => {
    if (!to.has(name)) return [name, grad] as const;
    const values = Float32Array.from({ length: grad.size }, () => random.normal());
    const deviation = tf.sqrt(tf.moments(grad).variance);
    return [name, tf.add(grad, tf.mul(deviation, tf.tensor(values, grad.shape)))] as const;
  });
  return Object.fromEntries(entries);
}
