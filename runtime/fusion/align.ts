import * as tf from "@tensorflow/tfjs-core";
import { linear } from "../layers/dense.js";
import type { Scope } from "../layers/parameters.js";
import { presentMean, type Merge } from "./merge.js";

/** How far apart two views of the same thing are. */
export type Distance = "cosine" | "euclidean";

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
}): (scope: Scope) => Merge {
  return (scope) => {
    const projections = inputs.map((width, m) =>
      linear({ inputs: width, units })(scope.scope(`view${m + 1}`)),
    );
    return {
      apply(xs, context, present) {
        const views = projections.map((project, m) => project.apply(xs[m] as tf.Tensor2D, context));
        return presentMean(views, present);
      },
    };
  };
}

/**
 * Mean distance between all pairs of views, over the samples that have both: the alignment loss LAlign of DMIL.
 * @param views [batch, width] each
 * @param present [batch, 1] each; left out when nothing can be missing
 * @returns a scalar; cosine: 1 - cos, in [0, 2]; euclidean: mean squared difference
 */
export function alignmentLoss(
  views: readonly tf.Tensor2D[],
  distance: Distance,
  present?: readonly tf.Tensor2D[],
): tf.Scalar {
  const losses: tf.Tensor[] = [];
  for (let a = 0; a < views.length; a++) {
    for (let b = a + 1; b < views.length; b++) {
      const apart = distances[distance](views[a] as tf.Tensor2D, views[b] as tf.Tensor2D);
      if (present === undefined) {
        losses.push(tf.mean(apart));
      } else {
        const both = tf.reshape(tf.mul(present[a] as tf.Tensor2D, present[b] as tf.Tensor2D), [-1]);
        losses.push(tf.div(tf.sum(tf.mul(apart, both)), tf.maximum(tf.sum(both), 1)));
      }
    }
  }
  return tf.div(tf.addN(losses), losses.length) as tf.Scalar;
}

/** One distance a sample: two [batch, width] -> [batch]. */
const distances: Record<Distance, (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Tensor1D> = {
  cosine: (a, b) => {
    const length = (x: tf.Tensor2D) => tf.sqrt(tf.add(tf.sum(tf.square(x), 1), 1e-8));
    return tf.sub(1, tf.div(tf.sum(tf.mul(a, b), 1), tf.mul(length(a), length(b))));
  },
  euclidean: (a, b) => tf.mean(tf.squaredDifference(a, b), 1),
};
