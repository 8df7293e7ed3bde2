import * as tf from "@tensorflow/tfjs-core";
import { dense, linear } from "../layers/dense.js";
import type { MergeMaker } from "./merge.js";

/**
 * Gated multimodal unit (Arevalo et al. 2017, arXiv 1702.01992, section 3.1, for any number of modalities):
 *
 *     h_m = tanh(W_m x_m + b_m)    z_m = sigmoid(V_m [x_1, ..., x_M] + c_m)    h = sum_m z_m h_m
 *
 * A modality that is missing adds nothing. Several [batch, inputs[m]] -> [batch, units].
 */
export function gated({ inputs, units }: { inputs: readonly number[]; units: number }): MergeMaker {
  return (scope) => {
    const all = inputs.reduce((a, b) => a + b, 0);
    const features = inputs.map((width, m) =>
      dense({ inputs: width, units, activation: "tanh" })(scope.scope(`features${m + 1}`)),
    );
    const gates = linear({ inputs: all, units: inputs.length * units })(scope.scope("gates"));
    return {
      apply(xs, context, present) {
        const opened = tf.split(tf.sigmoid(gates.apply(tf.concat([...xs], 1), context)), inputs.length, 1);
        const parts = features.map((feature, m) => {
          const part = tf.mul(opened[m] as tf.Tensor, feature.apply(xs[m] as tf.Tensor2D, context));
          return present === undefined ? part : tf.mul(part, present[m] as tf.Tensor2D);
        });
        return tf.addN(parts) as tf.Tensor2D;
      },
    };
  };
}
