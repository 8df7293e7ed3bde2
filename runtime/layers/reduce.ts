import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";
import { realOf, withoutPadding } from "./padded.js";

/** All axes between the batch and the features. */
function between(x: tf.Tensor): number[] {
  return x.shape.map((_, axis) => axis).slice(1, -1);
}

/** The mean over time or over a picture, without padding: [batch, time, features] or [batch, height, width, features] -> [batch, features]. */
export function globalMean(): LayerMaker {
  return () => ({
    apply(x, context) {
      const real = realOf(x, context);
      if (real === undefined) return tf.mean(x, between(x));
      return tf.div(tf.sum(withoutPadding(x, context), 1), tf.maximum(tf.sum(real, 1, true), 1));
    },
  });
}

/**
 * The largest value over time or over a picture, without padding: [batch, time, features] or [batch, height, width, features] -> [batch, features]. Where all is padding it
 * is 0.
 */
export function globalMax(): LayerMaker {
  return () => ({
    apply(x, context) {
      const real = realOf(x, context);
      if (real === undefined) return tf.max(x, between(x));
      const closed = tf.mul(tf.sub(tf.expandDims(real, 2), 1), 1e9);
      return tf.mul(tf.max(tf.add(x, closed), 1), tf.max(real, 1, true));
    },
  });
}
