import * as tf from "@tensorflow/tfjs-core";
import type { Context } from "../layers/layer.js";
import type { Scope } from "../layers/parameters.js";

/** Makes one representation of the representations of several modalities. */
export interface Merge {
  /**
   * @param xs one [batch, width] a modality, zero where the modality is missing
   * @param present one [batch, 1] a modality of ones and zeros; left out when nothing can be missing
   */
  apply(xs: readonly tf.Tensor2D[], context: Context, present?: readonly tf.Tensor2D[]): tf.Tensor2D;
}

export type MergeMaker = (scope: Scope) => Merge;

/** Side by side: several [batch, width] -> [batch, sum of widths]. */
export function concat(): MergeMaker {
  return () => ({ apply: (xs) => tf.concat([...xs], 1) });
}

/** Added up: several [batch, width] -> [batch, width]. */
export function sum(): MergeMaker {
  return () => ({ apply: (xs) => tf.addN([...xs]) });
}

/** The mean of the modalities that are present: several [batch, width] -> [batch, width]. */
export function mean(): MergeMaker {
  return () => ({ apply: (xs, _context, present) => presentMean(xs, present) });
}

/** The largest of each feature: several [batch, width] -> [batch, width]. */
export function max(): MergeMaker {
  return () => ({ apply: (xs) => xs.reduce((a, b) => tf.maximum(a, b)) });
}

/** Multiplied feature by feature: several [batch, width] -> [batch, width]. */
export function product(): MergeMaker {
  return () => ({ apply: (xs) => xs.reduce((a, b) => tf.mul(a, b)) });
}

/** The encoding of one modality, [batch, width], with zeros where `present`, [batch, 1], is 0. */
export function maskMissing(encoding: tf.Tensor2D, present: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(encoding, present);
}

/** 1 where at least one of the modalities is there: several [batch, 1] -> [batch, 1]. */
export function anyPresent(present: readonly tf.Tensor2D[]): tf.Tensor2D {
  return present.reduce((a, b) => tf.maximum(a, b));
}

/** 1 where all of the modalities are there: several [batch, 1] -> [batch, 1]. */
export function allPresent(present: readonly tf.Tensor2D[]): tf.Tensor2D {
  return present.reduce((a, b) => tf.mul(a, b));
}

/** Mean of several [batch, width] over the present ones; zero where none is. */
export function presentMean(xs: readonly tf.Tensor2D[], present?: readonly tf.Tensor2D[]): tf.Tensor2D {
  if (present === undefined) return tf.div(tf.addN([...xs]), xs.length);
  const masked = xs.map((x, i) => tf.mul(x, present[i] as tf.Tensor2D) as tf.Tensor2D);
  return tf.div(tf.addN(masked), tf.maximum(tf.addN([...present]), 1));
}
