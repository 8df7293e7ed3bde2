import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";
import { withoutPadding } from "./padded.js";

/** [batch, ...shape] -> [batch, product of shape]; padding becomes zeros. */
export function flatten(): LayerMaker {
  return () => ({
    apply: (x, context) => tf.reshape(withoutPadding(x, context), [x.shape[0] ?? -1, -1]),
  });
}
