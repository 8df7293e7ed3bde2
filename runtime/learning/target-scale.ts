import * as tf from "@tensorflow/tfjs-core";
import type { Samples } from "../data/samples.js";
import type { Scope } from "../layers/parameters.js";

/** What a model of numbers learns in: mean 0 and variance 1 over the training split, whatever the units of the data. */
export interface TargetScale {
  /** Takes the means and deviations of these samples' numbers. */
  fit(samples: Samples): void;
  /** From the units of the data, [batch, outputs]. */
  standardise(values: tf.Tensor2D): tf.Tensor2D;
  /** Back to the units of the data, [batch, outputs]. */
  restore(values: tf.Tensor2D): tf.Tensor2D;
}

/** A scale whose means and deviations are saved with the weights: predictions need no other file. */
export function targetScale({ outputs }: { outputs: number }): (scope: Scope) => TargetScale {
  return (scope) => {
    const mean = scope.addState("mean", [outputs]);
    const deviation = scope.addState("deviation", [outputs]);
    return {
      fit({ targets, size }) {
        const columns = Array.from({ length: outputs }, (_, k) =>
          Float64Array.from({ length: size }, (_, i) => targets?.values[i * outputs + k] as number),
        );
        const means = columns.map((column) => column.reduce((a, b) => a + b, 0) / size);
        const deviations = columns.map((column, k) =>
          Math.sqrt(column.reduce((sum, value) => sum + (value - (means[k] as number)) ** 2, 0) / size),
        );
        tf.tidy(() => {
          mean.assign(tf.tensor1d(means));
          deviation.assign(tf.tensor1d(deviations));
        });
      },
      standardise: (values) => tf.div(tf.sub(values, mean), deviation),
      restore: (values) => tf.add(tf.mul(values, deviation), mean),
    };
  };
}
