import * as tf from "@tensorflow/tfjs-core";
import { batches } from "../data/batches.js";
import type { Samples, Truth } from "../data/samples.js";
import { Random } from "../data/random.js";
import type { View } from "../measures/view.js";
import { toTensors } from "./batch.js";
import type { Answer, Model } from "./model.js";

/** What a model says of every sample of a split; plain arrays, row i is sample i. */
export interface Predictions {
  size: number;
  classes: readonly string[];
  labels: Int32Array;
  /** Row of each sample in the data's source. */
  index: Int32Array;
  /** [size, classes] */
  probabilities: Float32Array;
  /** The most probable class of each sample. */
  predicted: Int32Array;
  /** Per modality: 1 where the sample has it, 0 where it is missing. */
  present: Record<string, Uint8Array>;
  /** What each modality was encoded to. */
  encodings: Record<string, View>;
  /** More named points of the model, where its answer has them. */
  points?: Record<string, Record<string, View>>;
  /** What was given, flattened. */
  inputs: Record<string, View>;
  /** Per modality, the shape of one sample's input. */
  shapes: Record<string, number[]>;
  /** Each modality's own predictor, where the model has one: probabilities [size, classes]. */
  unimodal?: Record<string, Float32Array>;
  /** What is known of synthetic samples. */
  truth?: Truth;
  /** [size, components] */
  shares?: Float32Array;
  /** The rule that decided each sample. */
  rule?: Int32Array;
}

/** Runs the model over a split, batch by batch, as it predicts: latents at their means, rules as written. */
export async function predict<Inputs>(
  model: Model<Inputs>,
  samples: Samples,
  batchSize = 256,
): Promise<Predictions> {
  const collected = new Map<string, { values: Float32Array; width: number }>();
  const collect = (name: string, rows: Int32Array, tensor: tf.Tensor2D) => {
    const width = tensor.shape[1];
    let target = collected.get(name);
    if (target === undefined) {
      target = { values: new Float32Array(samples.size * width), width };
      collected.set(name, target);
    }
    const values = tensor.dataSync();
    for (let i = 0; i < rows.length; i++) {
      target.values.set(values.subarray(i * width, (i + 1) * width), (rows[i] as number) * width);
    }
  };
  const context = { training: false, random: new Random(0), temperature: 0 };
  for (const batch of batches(samples, batchSize)) {
    tf.tidy(() => {
      const answer = model.predict(toTensors<Inputs>(batch, samples), context);
      for (const [name, tensor] of tensorsOf(answer)) collect(name, batch.rows, tensor);
    });
    await new Promise(setImmediate);
  }
  const group = (prefix: string) =>
    Object.fromEntries(
      [...collected]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, view]) => [name.slice(prefix.length), view] as const),
    );
  const probabilities = collected.get("logits")?.values ?? new Float32Array(0);
  const unimodal = Object.entries(group("unimodal:")).map(([name, view]) => [name, view.values] as const);
  const points = Object.keys(group("point:")).map((key) => key.split(":")[0] as string);
  const shares = collected.get("shares")?.values;
  const rules = collected.get("rules");
  return {
    size: samples.size,
    classes: samples.classes,
    labels: samples.labels,
    index: samples.index,
    present: samples.present,
    probabilities,
    predicted: argMax(probabilities, samples.classes.length),
    encodings: group("encodings:"),
    inputs: Object.fromEntries(
      Object.entries(samples.inputs).map(([name, values]) => [
        name,
        { values, width: (samples.shapes[name] ?? []).reduce((a, b) => a * b, 1) },
      ]),
    ),
    shapes: samples.shapes,
    ...(points.length > 0 && {
      points: Object.fromEntries(points.map((point) => [point, group(`point:${point}:`)])),
    }),
    ...(unimodal.length > 0 && { unimodal: Object.fromEntries(unimodal) }),
    ...(samples.truth && { truth: samples.truth }),
    ...(shares && { shares }),
    ...(rules && { rule: argMax(rules.values, rules.width) }),
  };
}

function tensorsOf(answer: Answer): [string, tf.Tensor2D][] {
  const prefixed = (prefix: string, group: Record<string, tf.Tensor2D> = {}) =>
    Object.entries(group).map(([name, tensor]) => [prefix + name, tensor] as [string, tf.Tensor2D]);
  const probabilities = (group: Record<string, tf.Tensor2D> = {}) =>
    Object.fromEntries(Object.entries(group).map(([name, logits]) => [name, tf.softmax(logits)]));
  return [
    ["logits", tf.softmax(answer.logits)],
    ...prefixed("encodings:", answer.encodings),
    ...Object.entries(answer.points ?? {}).flatMap(([point, group]) => prefixed(`point:${point}:`, group)),
    ...prefixed("unimodal:", probabilities(answer.unimodal)),
    ...(answer.shares ? [["shares", answer.shares] as [string, tf.Tensor2D]] : []),
    ...(answer.rules ? [["rules", answer.rules] as [string, tf.Tensor2D]] : []),
  ];
}

/** Column of the largest value of each row of [n, width]; the first one of equals. */
export function argMax(values: Float32Array, width: number): Int32Array {
  const result = new Int32Array(values.length / width);
  for (let i = 0; i < result.length; i++) {
    let best = 0;
    for (let k = 1; k < width; k++) {
      if ((values[i * width + k] as number) > (values[i * width + best] as number)) best = k;
    }
    result[i] = best;
  }
  return result;
}
