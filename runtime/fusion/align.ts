import * as tf from "@tensorflow/tfjs-core";
import { linear } from "../layers/dense.js";
import type { Context } from "../layers/layer.js";
import type { Scope } from "../layers/parameters.js";
import { gatherBatch, weightedMean } from "../parallel/whole-batch.js";
import { presentMean, type Merge } from "./merge.js";

/** How far apart two views of the same thing are. */
export type Distance = "cosine" | "mse" | "infonce";

export interface Align extends Merge {
  /** The view of each modality by itself, [batch, units]; the modalities in the order of `inputs`. */
  views<Modality extends string>(
    encodings: Readonly<Record<Modality, tf.Tensor2D>>,
    context: Context,
  ): Record<Modality, tf.Tensor2D>;
  /**
   * How far the views of the modalities are apart: `alignmentLoss` of them, a scalar.
   * @param present one [batch, 1] a modality; left out when nothing can be missing
   */
  apart(
    xs: readonly tf.Tensor2D[],
    distance: Distance,
    context: Context,
    present?: readonly tf.Tensor2D[],
  ): tf.Scalar;
}

/**
 * Projects each modality to a view of what they share and takes the mean of the views:
 * several [batch, inputs[m]] -> [batch, units].
 */
export function align({
  inputs,
  units,
}: {
  inputs: readonly number[];
  units: number;
}): (scope: Scope) => Align {
  return (scope) => {
    const projections = inputs.map((width, m) =>
      linear({ inputs: width, units })(scope.scope(`view${m + 1}`)),
    );
    const viewsOf = (xs: readonly tf.Tensor2D[], context: Context) =>
      projections.map((project, m) => project.apply(xs[m] as tf.Tensor2D, context));
    return {
      apply: (xs, context, present) => presentMean(viewsOf(xs, context), present),
      apart: (xs, distance, context, present) => alignmentLoss(viewsOf(xs, context), distance, present),
      views<Modality extends string>(
        encodings: Readonly<Record<Modality, tf.Tensor2D>>,
        context: Context,
      ): Record<Modality, tf.Tensor2D> {
        const views = Object.entries<tf.Tensor2D>(encodings).map(
          ([name, encoding], m) => [name, projections[m]?.apply(encoding, context)] as const,
        );
        return Object.fromEntries(views) as Record<Modality, tf.Tensor2D>;
      },
    };
  };
}

/**
 * Mean distance between all pairs of views, over the samples that have both: the alignment loss LAlign of DMIL.
 * @param views [batch, width] each
 * @param present [batch, 1] each; left out when nothing can be missing
 * @returns a scalar; cosine: 1 - cos, in [0, 2]; mse: mean squared difference; infonce: nats, 0 when each view finds its partner
 *   among all of the batch
 */
export function alignmentLoss(
  views: readonly tf.Tensor2D[],
  distance: Distance,
  present?: readonly tf.Tensor2D[],
): tf.Scalar {
  const losses: tf.Tensor[] = [];
  for (let a = 0; a < views.length; a++) {
    for (let b = a + 1; b < views.length; b++) {
      const both =
        present &&
        (tf.reshape(tf.mul(present[a] as tf.Tensor2D, present[b] as tf.Tensor2D), [-1]) as tf.Tensor1D);
      const [one, other] = [views[a] as tf.Tensor2D, views[b] as tf.Tensor2D];
      losses.push(
        distance === "infonce"
          ? infonce(gatherBatch(one), gatherBatch(other), both && gatherBatch(both))
          : weightedMean(distances[distance](one, other), both),
      );
    }
  }
  return tf.div(tf.addN(losses), losses.length) as tf.Scalar;
}

/** Divides the similarities of `infonce`. */
const infonceTemperature = 0.1;

const unit = (x: tf.Tensor2D) =>
  tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), 1, true), 1e-8))) as tf.Tensor2D;

/** One distance a sample: two [batch, width] -> [batch]. */
const distances: Record<Exclude<Distance, "infonce">, (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Tensor1D> = {
  cosine: (a, b) => {
    const length = (x: tf.Tensor2D) => tf.sqrt(tf.add(tf.sum(tf.square(x), 1), 1e-8));
    return tf.sub(1, tf.div(tf.sum(tf.mul(a, b), 1), tf.mul(length(a), length(b))));
  },
  mse: (a, b) => tf.mean(tf.squaredDifference(a, b), 1),
};

/**
 * InfoNCE (van den Oord et al. 2018, arXiv 1807.03748) of cosine similarities, in both directions: which of the batch's views is this one's partner?
 * A sample that lacks one of the two is no candidate.
 * @param a [batch, width], of the whole batch
 * @param b [batch, width]
 * @param both 1 where a sample has both, 0 elsewhere, [batch]
 */
function infonce(a: tf.Tensor2D, b: tf.Tensor2D, both?: tf.Tensor1D): tf.Scalar {
  const similarity = tf.div(tf.matMul(unit(a), tf.transpose(unit(b))), infonceTemperature) as tf.Tensor2D;
  const candidates = both && tf.mul(tf.sub(both, 1), 1e9);
  const direction = (scores: tf.Tensor2D) => {
    const open = candidates === undefined ? scores : (tf.add(scores, candidates) as tf.Tensor2D);
    return tf.sum(tf.mul(tf.logSoftmax(open), tf.eye(scores.shape[0])), 1);
  };
  const losses = tf.mul(-0.5, tf.add(direction(similarity), direction(tf.transpose(similarity))));
  if (both === undefined) return tf.mean(losses);
  return tf.div(tf.sum(tf.mul(losses, both)), tf.maximum(tf.sum(both), 1));
}
