import * as tf from "@tensorflow/tfjs-core";
import { activate, type Activation } from "./activation.js";
import type { LayerMaker } from "./layer.js";
import { heNormal, zeros } from "./parameters.js";

export interface ConvOptions {
  /** Values of a pixel; 1 where the input is [height, width]. */
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
  /** Without one where a normalisation follows, which would take it away again. @default true */
  bias?: boolean;
}

/**
 * Two-dimensional convolution: [batch, height, width, channels] -> [batch, height', width', filters], then the activation. [batch, height, width]
 * is one channel.
 */
export function conv(options: ConvOptions): LayerMaker {
  const { channels, filters, kernel: size, stride = 1, padding = "same", activation = "relu" } = options;
  const { bias: biased = true } = options;
  return (scope) => {
    const window = size * size;
    const kernel = scope.add(
      "kernel",
      [size, size, channels, filters],
      heNormal,
      window * channels,
      window * filters,
    );
    const bias = biased ? scope.add("bias", [filters], zeros) : undefined;
    return {
      apply(x) {
        const picture = (x.rank === 3 ? tf.expandDims(x, 3) : x) as tf.Tensor4D;
        const made = tf.conv2d(picture, kernel as tf.Variable<tf.Rank.R4>, stride, padding);
        return activate(bias === undefined ? made : tf.add(made, bias), activation);
      },
    };
  };
}
