import * as tf from "@tensorflow/tfjs-core";
import { activate, type Activation } from "./activation.js";
import type { VectorLayerMaker } from "./layer.js";
import { glorotUniform, heNormal, zeros } from "./parameters.js";

export interface DenseOptions {
  inputs: number;
  units: number;
  /** @default "relu" */
  activation?: Activation;
}

/** Fully connected: [batch, inputs] -> [batch, units], then the activation. */
export function dense({ inputs, units, activation = "relu" }: DenseOptions): VectorLayerMaker {
  return (scope) => {
    const initialize = activation === "none" || activation === "tanh" ? glorotUniform : heNormal;
    const kernel = scope.add("kernel", [inputs, units], initialize, inputs, units);
    const bias = scope.add("bias", [units], zeros);
    return {
      apply: (x) =>
        activate(
          tf.add(tf.matMul(x as tf.Tensor2D, kernel as tf.Variable<tf.Rank.R2>), bias),
          activation,
        ) as tf.Tensor2D,
    };
  };
}

/** Fully connected without an activation: [batch, inputs] -> [batch, units]. */
export function linear(options: { inputs: number; units: number }): VectorLayerMaker {
  return dense({ ...options, activation: "none" });
}
