import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";
import { ones, zeros } from "./parameters.js";

/**
 * Layer normalisation over the last axis, with a learned scale and shift (Ba, Kiros and Hinton 2016):
 * [batch, ..., features] -> the same shape. It does the same when learning and when predicting.
 */
export function norm({ features }: { features: number }): LayerMaker {
  return (scope) => {
    const scale = scope.add("scale", [features], ones);
    const shift = scope.add("shift", [features], zeros);
    return {
      apply(x) {
        const centred = tf.sub(x, tf.mean(x, -1, true));
        const variance = tf.mean(tf.square(centred), -1, true);
        return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), scale), shift);
      },
    };
  };
}
