import * as tf from "@tensorflow/tfjs-core";
import { linear } from "../layers/dense.js";
import type { MergeMaker } from "./merge.js";

/**
 * Low-rank bilinear pooling (Kim et al. 2017, Hadamard product, eq. 4): each modality is projected to `rank` features,
 * and the projections are multiplied, so that XOR of two modalities becomes linearly separable.
 * Several [batch, inputs[m]] -> [batch, rank].
 */
export function bilinear({ inputs, rank }: { inputs: readonly number[]; rank: number }): MergeMaker {
  return (scope) => {
    const projections = inputs.map((width, m) =>
      linear({ inputs: width, units: rank })(scope.scope(`projection${m + 1}`)),
    );
    return {
      apply(xs, context) {
        const projected = projections.map((project, m) => project.apply(xs[m] as tf.Tensor2D, context));
        return projected.reduce((a, b) => tf.mul(a, b)) as tf.Tensor2D;
      },
    };
  };
}
