import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";

export interface PoolOptions {
  /** Height and width of the window, and its stride. */
  size: number;
  /** @default "max" */
  kind?: "max" | "mean";
}

/** Pooling over whole windows: [batch, height, width, channels] -> [batch, floor(height / size), floor(width / size), channels]. */
export function pool({ size, kind = "max" }: PoolOptions): LayerMaker {
  const reduce = kind === "max" ? tf.maxPool : tf.avgPool;
  return () => ({ apply: (x) => (size === 1 ? x : reduce(x as tf.Tensor4D, size, size, "valid")) });
}
