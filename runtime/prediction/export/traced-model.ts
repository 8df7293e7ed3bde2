import * as tf from "@tensorflow/tfjs-core";
import type { DataColumns } from "../../data/load.js";
import { own } from "../../data/names.js";
import { outputsOf } from "../../data/outputs.js";
import { Random } from "../../data/random.js";
import type { TensorBatch } from "../../learning/batch.js";
import type { Model } from "../../learning/model.js";
import type { RunStatistics } from "../../session/statistics.js";
import { graphOf, type TracedGraph } from "./graph.js";
import { trace } from "./trace.js";
import { transformed } from "./transformed.js";

/** The name of the input that says which samples have a modality. */
export const presenceName = (modality: string): string => `has_${modality}`;

/** What the graph gives of the samples that a target is predicted of. */
export const answerName = ({ target }: DataColumns): "probabilities" | "numbers" =>
  target.kind === "regression" ? "numbers" : "probabilities";

/** Sizes of batches that sizes of a model are unlikely to be multiples of. */
const batches = [11, 13] as const;

/**
 * The graph of all that a model does to values as the data has them: transforms, forward pass, and what its outputs mean.
 * Inputs: `MODALITY` [batch, ...shape], and `has_MODALITY` [batch, 1] of those that are optional. Outputs: `probabilities` or `numbers` [batch, outputs],
 * `shares` [batch, components] and `rules` [batch, rules] where the model has them.
 * @throws UntraceableError when a graph can't say it
 */
export function traceModel(
  model: Model<object>,
  columns: DataColumns,
  statistics: RunStatistics | undefined,
): TracedGraph {
  const traces = batches.map((size) => {
    const inputs = someInputs(columns, size);
    const weights = model.parameters.named();
    try {
      return trace(inputs, weights, () => answer(model, columns, inputs, size, statistics));
    } finally {
      tf.dispose(inputs);
    }
  });
  const [first, second] = traces as [(typeof traces)[number], (typeof traces)[number]];
  return graphOf(first, second, batches);
}

/** Values that are right for every kind of modality; other ones in each batch, so that what follows from them is seen to. */
export function someInputs({ modalities }: DataColumns, size: number): Record<string, tf.Tensor> {
  const inputs: Record<string, tf.Tensor> = {};
  for (const [name, { shape, vocabulary, categories = {}, optional }] of Object.entries(modalities)) {
    const most = vocabulary ?? (Object.keys(categories).length > 0 ? 2 : undefined);
    const random = new Random(size).fork(name);
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, size) }, () =>
      most === undefined ? random.uniform() : Math.floor(most * random.uniform()),
    );
    inputs[name] = tf.tensor(values, [size, ...shape]);
    if (optional === true)
      inputs[presenceName(name)] = tf.tensor(
        Float32Array.from({ length: size }, (_, i) => Number(i % 3 !== 0)),
        [size, 1],
      );
  }
  return inputs;
}

function answer(
  model: Model<object>,
  columns: DataColumns,
  given: Readonly<Record<string, tf.Tensor>>,
  size: number,
  statistics: RunStatistics | undefined,
): Record<string, tf.Tensor> {
  const { modalities, target } = columns;
  const inputs: Record<string, tf.Tensor> = {};
  const present: Record<string, tf.Tensor2D> = {};
  for (const [name, binding] of Object.entries(modalities)) {
    const has = given[presenceName(name)];
    present[name] = binding.optional === true && has !== undefined ? has.as2D(size, 1) : tf.ones([size, 1]);
    inputs[name] = transformed(given[name] as tf.Tensor, binding, {
      ...(binding.optional === true && has !== undefined && { present: has }),
      statistics: own(statistics, name),
    });
  }
  const labels = tf.zeros<tf.Rank.R2>([size, outputsOf(target).length]);
  const batch = { size, inputs, clean: inputs, present, labels } as TensorBatch<object>;
  const said = model.predict(batch, { training: false, random: new Random(0), temperature: 0 });
  const outputs =
    target.kind === undefined
      ? tf.softmax(said.logits)
      : target.kind === "multilabel"
        ? tf.sigmoid(said.logits)
        : (model.scale?.restore(said.logits) ?? said.logits);
  return {
    [answerName(columns)]: outputs,
    ...(said.shares && { shares: said.shares }),
    ...(said.rules && { rules: said.rules }),
  };
}
