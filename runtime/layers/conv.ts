import * as tf from "@tensorflow/tfjs-core";
import { activate, type Activation } from "./activation.js";
import type { LayerMaker } from "./layer.js";
import { heNormal, zeros } from "./parameters.js";

export interface ConvOptions {
  channels: number;
  filters: number;
  /** Height and width of the window. */
  kernel: number;
  /** @default 1 */
  stride?: number;
  /** "same" keeps height and width (over the stride), "valid" uses whole windows only. @default "same" */
  padding?: "same" | "valid";
  /** @default "relu" */
  activation?: Activation;
}

/** Two-dimensional convolution: [batch, height, width, channels] -> [batch, height', width', filters], then the activation. */
export function conv(options: ConvOptions): LayerMaker {
  const { channels, filters, kernel: size, stride = 1, padding = "same", activation = "relu" } = options;
  return (scope) => {
    const window = size * size;
    const kernel = scope.add(
      "kernel",
      [size, size, channels, filters],
      heNormal,
      window * channels,
      window * filters,
    );
    const bias = scope.add("bias", [filters], zeros);
    return {
      apply: (x) =>
        activate(
          tf.add(tf.conv2d(x as tf.Tensor4D, kernel as tf.Variable<tf.Rank.R4>, stride, padding), bias),
          activation,
        ),
    };
  };
}
