import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";

/** What follows a dense or convolutional layer. */
export type Activation = "relu" | "gelu" | "tanh" | "none";

const functions: Record<Activation, (x: tf.Tensor) => tf.Tensor> = {
  relu: (x) => tf.relu(x),
  // Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016).
  gelu: (x) =>
    tf.mul(
      tf.mul(x, 0.5),
      tf.add(
        tf.tanh(tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.mul(x, tf.mul(x, x)))))),
        1,
      ),
    ),
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
