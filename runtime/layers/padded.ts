import * as tf from "@tensorflow/tfjs-core";
import type { Context, VectorLayerMaker } from "./layer.js";

/** What fills samples that are shorter than the longest, at their end: a token, or moments whose values all are 0. */
export type Padding = { token: number } | "zeros";

/**
 * Layers that leave the padding of their input out: [batch, length] of tokens, or [batch, time, features]. A moment is padding when it and all after it are; what
 * looks alike before a real moment counts as real.
 */
export function padded(padding: Padding, make: VectorLayerMaker): VectorLayerMaker {
  return (scope) => {
    const layers = make(scope);
    return { apply: (x, context) => layers.apply(x, { ...context, real: realMoments(x, padding) }) };
  };
}

/** 1 of each real moment, 0 of padding, [batch, time]; a constant to the gradient. */
export function realMoments(x: tf.Tensor, padding: Padding): tf.Tensor2D {
  const found = tf.customGrad((given) => {
    const input = given as tf.Tensor;
    const real =
      padding === "zeros"
        ? tf.cast(tf.greater(tf.max(tf.abs(input), 2), 0), "float32")
        : tf.cast(tf.notEqual(input, padding.token), "float32");
    // How many real ones there are from a moment on.
    const left = tf.cumsum(real, 1, false, true);
    return {
      value: tf.minimum(left, 1),
      gradFunc: (_: tf.Tensor) => tf.zerosLike(input),
    };
  });
  return found(x) as tf.Tensor2D;
}

/** The real moments of a sequence, [batch, time], where it has padding. */
export function realOf(x: tf.Tensor, { real }: Context): tf.Tensor2D | undefined {
  return x.rank === 3 && real?.shape[1] === x.shape[1] ? real : undefined;
}

/** A sequence, [batch, time, features], with zeros in the place of its padding; anything else as it is. */
export function withoutPadding(x: tf.Tensor, context: Context): tf.Tensor {
  const real = realOf(x, context);
  return real === undefined ? x : tf.mul(x, tf.expandDims(real, 2));
}
