import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";

/** All axes between the batch and the features. */
function between(x: tf.Tensor): number[] {
  return x.shape.map((_, axis) => axis).slice(1, -1);
}

/** The mean over time or over a picture: [batch, time, features] or [batch, height, width, features] -> [batch, features]. */
export function globalMean(): LayerMaker {
  return () => ({ apply: (x) => tf.mean(x, between(x)) });
}

/** The largest value over time or over a picture: [batch, time, features] or [batch, height, width, features] -> [batch, features]. */
export function globalMax(): LayerMaker {
  return () => ({ apply: (x) => tf.max(x, between(x)) });
}
