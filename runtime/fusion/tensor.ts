import * as tf from "@tensorflow/tfjs-core";
import { glorotUniform, zeros } from "../layers/parameters.js";
import type { MergeMaker } from "./merge.js";

/**
 * Low-rank tensor fusion (Liu et al. 2018, arXiv 1806.00064, eq. 6): a linear map of the outer product of all z_m = [x_m, 1], whose weights are a
 * sum of `rank` products, so that the outer product is never made:
 *
 *     h = bias + sum_r prod_m W_m,r z_m
 *
 * The 1 lets what some modalities tell by themselves stand beside the products of all. Several [batch, inputs[m]] -> [batch, units].
 */
export function tensorFusion({
  inputs,
  rank,
  units,
}: {
  inputs: readonly number[];
  rank: number;
  units: number;
}): MergeMaker {
  return (scope) => {
    const factors = inputs.map((width, m) =>
      scope.add(`factor${m + 1}`, [width + 1, rank * units], glorotUniform, width + 1, units),
    );
    const bias = scope.add("bias", [units], zeros);
    return {
      apply(xs) {
        const projected = factors.map((factor, m) => {
          const x = xs[m] as tf.Tensor2D;
          const z = tf.concat([x, tf.ones([x.shape[0], 1])], 1) as tf.Tensor2D;
          return tf.matMul(z, factor as tf.Variable<tf.Rank.R2>) as tf.Tensor;
        });
        const products = projected.reduce((a, b) => tf.mul(a, b));
        return tf.add(tf.sum(tf.reshape(products, [-1, rank, units]), 1), bias) as tf.Tensor2D;
      },
    };
  };
}
