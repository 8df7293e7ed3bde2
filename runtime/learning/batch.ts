import * as tf from "@tensorflow/tfjs-core";
import type { Batch } from "../data/batches.js";
import type { Samples } from "../data/load.js";

/** One batch on the engine; `Inputs` has a tensor for each modality. */
export interface TensorBatch<Inputs> {
  size: number;
  /** [batch, ...shape] a modality; zero where the modality is missing. */
  inputs: Inputs;
  /** The inputs as the data has them: without the noise that `inputs` may have while learning. */
  clean: Inputs;
  /** [batch, 1] a modality: 1 where it is there, 0 where it is missing. */
  present: Record<keyof Inputs & string, tf.Tensor2D>;
  /** One-hot, [batch, classes]; times the weight of the class in a stage that weighs classes. */
  labels: tf.Tensor2D;
}

/**
 * Copies a batch to the engine. The caller's tidy disposes of it.
 * @param weights of the classes; 1 each when they are left out
 */
export function toTensors<Inputs>(
  batch: Batch,
  samples: Samples,
  weights?: Float32Array,
): TensorBatch<Inputs> {
  const inputs: Record<string, tf.Tensor> = {};
  const present: Record<string, tf.Tensor2D> = {};
  for (const [name, shape] of Object.entries(samples.shapes)) {
    inputs[name] = tf.tensor(batch.inputs[name] as Float32Array, [batch.size, ...shape]);
    present[name] = tf.tensor2d(batch.present[name] as Float32Array, [batch.size, 1]);
  }
  const classes = samples.classes.length;
  const labels = new Float32Array(batch.size * classes);
  batch.labels.forEach((label, i) => (labels[i * classes + label] = weights?.[label] ?? 1));
  return {
    size: batch.size,
    inputs: inputs as Inputs,
    clean: inputs as Inputs,
    present: present as TensorBatch<Inputs>["present"],
    labels: tf.tensor2d(labels, [batch.size, classes]),
  };
}
