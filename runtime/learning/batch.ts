import * as tf from "@tensorflow/tfjs-core";
import type { Batch } from "../data/batches.js";
import type { Samples } from "../data/load.js";
import type { TargetScale } from "./target-scale.js";

/** One batch on the engine; `Inputs` has a tensor for each modality. */
export interface TensorBatch<Inputs> {
  size: number;
  /** [batch, ...shape] a modality; zero where the modality is missing. */
  inputs: Inputs;
  /** The inputs as the data has them: without the noise that `inputs` may have while learning. */
  clean: Inputs;
  /** [batch, 1] a modality: 1 where it is there, 0 where it is missing. */
  present: Record<keyof Inputs & string, tf.Tensor2D>;
  /** [batch, outputs]: one-hot of a class, times its weight in a stage that weighs classes; 1 or 0 of each label; or standardised numbers. */
  labels: tf.Tensor2D;
}

/**
 * Copies a batch to the engine. The caller's tidy disposes of it.
 * @param scale what standardises the numbers to predict, where the model predicts numbers
 * @param weights of the classes; 1 each when they are left out
 */
export function toTensors<Inputs>(
  batch: Batch,
  samples: Samples,
  { scale, weights }: { scale?: TargetScale | undefined; weights?: Float32Array | undefined } = {},
): TensorBatch<Inputs> {
  const inputs: Record<string, tf.Tensor> = {};
  const present: Record<string, tf.Tensor2D> = {};
  for (const [name, shape] of Object.entries(samples.shapes)) {
    inputs[name] = tf.tensor(batch.inputs[name] as Float32Array, [batch.size, ...shape]);
    present[name] = tf.tensor2d(batch.present[name] as Float32Array, [batch.size, 1]);
  }
  const outputs = samples.classes.length;
  const values = batch.targets ?? oneHot(batch.labels, outputs, weights);
  const labels = tf.tensor2d(values, [batch.size, outputs]);
  return {
    size: batch.size,
    inputs: inputs as Inputs,
    clean: inputs as Inputs,
    present: present as TensorBatch<Inputs>["present"],
    labels: scale === undefined ? labels : scale.standardise(labels),
  };
}

/** Rows of 0 but for each label's column: 1, or the label's weight. */
export function oneHot(labels: Int32Array, classes: number, weights?: Float32Array): Float32Array {
  const values = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => (values[i * classes + label] = weights?.[label] ?? 1));
  return values;
}
