import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";

/** What follows a dense or convolutional layer. */
export type Activation = "relu" | "gelu" | "tanh" | "none";

const functions: Record<Activation, (x: tf.Tensor) => tf.Tensor> = {
  relu: (x) => tf.relu(x),
  // Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016). (1 + tanh u) / 2 is sigmoid(2 u), which wasm computes many times faster.
  gelu: (x) => {
    const cubic = tf.mul(0.044715, tf.mul(x, tf.mul(x, x)));
    return tf.mul(x, tf.sigmoid(tf.mul(2 * Math.sqrt(2 / Math.PI), tf.add(x, cubic))));
  },
  tanh: (x) => tf.tanh(x),
  none: (x) => x,
};

export function activate(x: tf.Tensor, activation: Activation): tf.Tensor {
  return functions[activation](x);
}

/** max(0, x), any shape. */
export function relu(): LayerMaker {
  return () => ({ apply: (x) => activate(x, "relu") });
}

/** x Phi(x), any shape. */
export function gelu(): LayerMaker {
  return () => ({ apply: (x) => activate(x, "gelu") });
}

/** tanh x, any shape. */
export function tanh(): LayerMaker {
  return () => ({ apply: (x) => activate(x, "tanh") });
}
