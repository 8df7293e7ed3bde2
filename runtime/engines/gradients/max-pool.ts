import * as tf from "@tensorflow/tfjs-core";

/**
 * The gradient of max pooling. The published wasm kernel looks for each window's largest value from 0 up, so a window whose values
 * are all negative gives its gradient to the wrong place or to none. Which value is the largest doesn't change when all are
 * raised alike: this one raises them above 0 first.
 */
export function correctMaxPool(): void {
  const published = tf.getGradient(tf.MaxPool);
  tf.unregisterGradient(tf.MaxPool);
  tf.registerGradient({
    ...published,
    gradFunc: (dy, saved, attributes) => {
      if (tf.getBackend() !== "wasm") return published.gradFunc(dy, saved, attributes);
      const [x, y] = saved as [tf.Tensor, tf.Tensor];
      const raised = tf.add(tf.sub(x, tf.min(x)), 1);
      return published.gradFunc(dy, [raised, y], attributes);
    },
  });
}
