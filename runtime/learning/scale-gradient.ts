import * as tf from "@tensorflow/tfjs-core";

/** The same values; the gradient that flows back through them is multiplied by a factor, which learns nothing itself. */
export function scaleGradient<T extends tf.Tensor>(x: T, factor: tf.Scalar): T {
  const scale = tf.customGrad((value, given, save) => {
    (save as tf.GradSaveFunc)([given as tf.Tensor]);
    return {
      value: tf.clone(value as tf.Tensor),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [
        tf.mul(dy, saved[0] as tf.Tensor),
        tf.zerosLike(saved[0] as tf.Tensor),
      ],
    };
  });
  return scale(x, factor) as T;
}
