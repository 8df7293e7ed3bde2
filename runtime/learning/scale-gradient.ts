import * as tf from "@tensorflow/tfjs-core";

/** The same values; the gradient that flows back through them is multiplied by a factor, which learns nothing itself. */
export function scaleGradient<T extends tf.Tensor>(x: T, factor: tf.Scalar): T {
  // tf.customGrad disposes of what its function makes, but not of what it only reads: the factor must outlive the backward pass.
  const scale = tf.customGrad((value) => ({
    value: tf.clone(value as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.mul(dy, factor),
  }));
  return scale(x) as T;
}
