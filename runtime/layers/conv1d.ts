import * as tf from "@tensorflow/tfjs-core";
import { activate, type Activation } from "./activation.js";
import type { LayerMaker } from "./layer.js";
import { withoutPadding } from "./padded.js";
import { heNormal, zeros } from "./parameters.js";

export interface Conv1dOptions {
  /** Features of a moment; 1 for a plain row of values. */
  channels: number;
  filters: number;
  /** Moments in the window. */
  kernel: number;
  /** @default 1 */
  stride?: number;
  /** "same" keeps the length (over the stride), "valid" uses whole windows only. @default "same" */
  padding?: "same" | "valid";
  /** @default "relu" */
  activation?: Activation;
}

/**
 * Convolution over time: [batch, time, channels] -> [batch, time', filters], then the activation. A row of values, [batch, time], is one
 * channel.
 */
export function conv1d(options: Conv1dOptions): LayerMaker {
  const { channels, filters, kernel: size, stride = 1, padding = "same", activation = "relu" } = options;
  return (scope) => {
    const shape = [size, channels, filters];
    const kernel = scope.add("kernel", shape, heNormal, size * channels, size * filters);
    const bias = scope.add("bias", [filters], zeros);
    return {
      apply(x, context) {
        const sequence = (x.rank === 2 ? tf.expandDims(x, 2) : withoutPadding(x, context)) as tf.Tensor3D;
        const made = tf.conv1d(sequence, kernel as tf.Variable<tf.Rank.R3>, stride, padding);
        return activate(tf.add(made, bias), activation);
      },
    };
  };
}
