import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";

export interface PoolOptions {
  /** Height and width of the window, or moments in it, and its stride. */
  size: number;
  /** @default "max" */
  kind?: "max" | "mean";
}

/**
 * Pooling over whole windows: [batch, height, width, channels] -> [batch, floor(height / size), floor(width / size), channels], and over time
 * [batch, time, features] -> [batch, floor(time / size), features].
 */
export function pool({ size, kind = "max" }: PoolOptions): LayerMaker {
  const reduce = kind === "max" ? tf.maxPool : tf.avgPool;
  return () => ({
    apply(x) {
      if (size === 1) return x;
      if (x.rank === 4) return reduce(x as tf.Tensor4D, size, size, "valid");
      const column = tf.expandDims(x, 2) as tf.Tensor4D;
      return tf.squeeze(reduce(column, [size, 1], [size, 1], "valid"), [2]);
    },
  });
}
