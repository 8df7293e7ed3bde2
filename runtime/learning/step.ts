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
  /** Makes of the gradient of a part of the batch that of all of it: [weights] -> [weights]. */
  shared?: ((gradient: tf.Tensor1D) => tf.Tensor1D) | undefined;
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
  { factor = 1, clipNorm, decay = 0, noise, shared, onGradient }: StepOptions = {},
): void {
  tf.tidy(() => {
    const whole = shared?.(endToEnd(weights, grads));
    const named = whole === undefined || noise === undefined ? grads : apart(weights, grads, whole);
    const gradient =
      noise === undefined ? (whole ?? endToEnd(weights, grads)) : endToEnd(weights, addNoise(named, noise));
    const length = tf.sqrt(tf.sum<tf.Scalar>(tf.square(gradient)));
    onGradient?.(length);
    const clipped = clipNorm === undefined ? gradient : clip(gradient, length, clipNorm);
    const step = optimizer.step(clipped, factor * optimizer.learningRate);
    const kept = weights.map((weight) => {
      const decayed = decay > 0 && weight.rank > 1 ? tf.mul(weight, 1 - factor * decay) : weight;
      return tf.reshape(decayed, [-1]) as tf.Tensor1D;
    });
    // One subtraction for all of them: a call of a kernel costs more than a copy.
    const moved = tf.sub<tf.Tensor1D>(tf.concat1d(kept), step);
    let at = 0;
    for (const weight of weights) {
      weight.assign(tf.reshape(tf.slice1d(moved, at, weight.size), weight.shape));
      at += weight.size;
    }
  });
}

/** The gradients of all weights as one vector, in the order of the weights. */
export function endToEnd(
  weights: readonly tf.Variable[],
  grads: Readonly<Record<string, tf.Tensor>>,
): tf.Tensor1D {
  return tf.concat1d(
    weights.map((weight) => {
      const grad = grads[weight.name];
      return grad === undefined ? tf.zeros([weight.size]) : (tf.reshape(grad, [-1]) as tf.Tensor1D);
    }),
  );
}

/** The gradients that one vector consists of, of the weights that have one. */
function apart(
  weights: readonly tf.Variable[],
  grads: Readonly<Record<string, tf.Tensor>>,
  whole: tf.Tensor1D,
): Record<string, tf.Tensor> {
  const found: Record<string, tf.Tensor> = {};
  let at = 0;
  for (const { name, size, shape } of weights) {
    if (grads[name] !== undefined) found[name] = tf.reshape(tf.slice1d(whole, at, size), shape);
    at += size;
  }
  return found;
}

function clip(gradient: tf.Tensor1D, length: tf.Scalar, limit: number): tf.Tensor1D {
  return tf.mul(gradient, tf.minimum(1, tf.div(limit, tf.add(length, 1e-12))));
}
