import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";

/**
 * Sets a share `rate` of the values to zero while learning and scales the others by 1 / (1 - rate); passes its input on
 * when predicting (Srivastava et al. 2014). Any shape.
 */
export function dropout({ rate }: { rate: number }): LayerMaker {
  return () => ({
    apply(x, { training, random }) {
      if (!training || rate === 0) return x;
      const kept = random.values(x.shape, (stream) => (stream.uniform() < rate ? 0 : 1 / (1 - rate)));
      return tf.mul(x, tf.tensor(kept, x.shape));
    },
  });
}
