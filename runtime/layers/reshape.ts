import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";

/** The same values in another shape: [batch, ...any] -> [batch, ...shape]. */
export function reshape({ shape }: { shape: readonly number[] }): LayerMaker {
  return () => ({ apply: (x) => tf.reshape(x, [x.shape[0] ?? -1, ...shape]) });
}
