import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";

/** [batch, ...shape] -> [batch, product of shape]. */
export function flatten(): LayerMaker {
  return () => ({ apply: (x) => tf.reshape(x, [x.shape[0] ?? -1, -1]) });
}
