import * as tf from "@tensorflow/tfjs-core";
import { eachBatch } from "../data/batches.js";
import type { Samples, Truth } from "../data/samples.js";
import { Random } from "../data/random.js";
import type { View } from "../measures/view.js";
import { argMax } from "./arg-max.js";
import { toTensors } from "./batch.js";
import type { Answer, Model } from "./model.js";
import { size } from "../data/size.js";

/** What is the same of every prediction, whatever the target; plain arrays, row i is sample i. */
interface Predicted {
  size: number;
  /** The classes, the labels, or the names of the numbers. */
  classes: readonly string[];
  /** Row of each sample in the data's source. */
  index: Int32Array;
  /** Per modality: 1 where the sample has it, 0 where it is missing. */
  present: Record<string, Uint8Array>;
  /** Rows whose encodings, points and inputs are here, rising; of all when it is left out. Row i of those is sample `kept[i]`. */
  kept?: Int32Array;
  /** What each modality was encoded to. */
  encodings: Record<string, View>;
  /** More named points of the model, where its answer has them. */
  points?: Record<string, Record<string, View>>;
  /** What was given, flattened. */
  inputs: Record<string, View>;
  /** Per modality, the shape of one sample's input. */
  shapes: Record<string, number[]>;
  /** What each modality's own predictor says, where the model has one: probabilities or numbers, [size, outputs]. */
  unimodal?: Record<string, Float32Array>;
  /** What is known of synthetic samples. */
  truth?: Truth;
  /** [size, components] */
  shares?: Float32Array;
  /** The rule that decided each sample. */
  rule?: Int32Array;
}

/** What a model says of the class of every sample of a split. */
export interface Predictions extends Predicted {
  kind?: undefined;
  labels: Int32Array;
  /** [size, classes] */
  probabilities: Float32Array;
  /** The most probable class of each sample. */
  predicted: Int32Array;
}

/** What a model says of each label of every sample of a split. */
export interface LabelPredictions extends Predicted {
  kind: "multilabel";
  /** 1 or 0 of each label, [size, labels]. */
  targets: Float32Array;
  /** That a label is true, [size, labels]. */
  probabilities: Float32Array;
  /** 1 where that is a half or more, [size, labels]. */
  predicted: Uint8Array;
  /** What the best possible model reaches on samples that were drawn, by the metric's name. */
  best?: Readonly<Record<string, number>>;
}

/** The numbers that a model predicts of every sample of a split, in the units of the data. */
export interface NumberPredictions extends Predicted {
  kind: "regression";
  /** [size, numbers] */
  targets: Float32Array;
  /** [size, numbers] */
  predicted: Float32Array;
  /** What the best possible model reaches on samples that were drawn, by the metric's name. */
  best?: Readonly<Record<string, number>>;
}

export type AnyPredictions = Predictions | LabelPredictions | NumberPredictions;

/** Runs the model over a split, batch by batch, as it predicts: latents at their means, rules as written. */
export async function predict<Inputs>(
  model: Model<Inputs>,
  samples: Samples,
  batchSize = 256,
): Promise<Predictions> {
  const { outputs, ...predicted } = await run(model, samples, batchSize, (logits) => tf.softmax(logits));
  return {
    ...predicted,
    labels: samples.labels,
    probabilities: outputs,
    predicted: argMax(outputs, samples.classes.length),
    ...(samples.truth && { truth: samples.truth }),
  };
}

/**
 * The same of a model that predicts labels.
 * @throws Error when the samples have none
 */
export async function predictLabels<Inputs>(
  model: Model<Inputs>,
  samples: Samples,
  batchSize = 256,
): Promise<LabelPredictions> {
  const targets = targetsOf(samples, "multilabel");
  const { outputs, ...predicted } = await run(model, samples, batchSize, (logits) => tf.sigmoid(logits));
  return {
    ...predicted,
    ...targets,
    probabilities: outputs,
    predicted: Uint8Array.from(outputs, (probability) => (probability >= 0.5 ? 1 : 0)),
  };
}

/**
 * The same of a model that predicts numbers.
 * @throws Error when the samples have none
 */
export async function predictNumbers<Inputs>(
  model: Model<Inputs> & Required<Pick<Model<Inputs>, "scale">>,
  samples: Samples,
  batchSize = 256,
): Promise<NumberPredictions> {
  const targets = targetsOf(samples, "regression");
  const { outputs, ...predicted } = await run(model, samples, batchSize, (numbers) =>
    model.scale.restore(numbers),
  );
  return { ...predicted, ...targets, predicted: outputs };
}

function targetsOf<Kind extends "multilabel" | "regression">({ targets }: Samples, kind: Kind) {
  if (targets?.kind !== kind) throw new Error(`The samples have no target of the kind ${kind}.`);
  return { kind, targets: targets.values, ...(targets.best && { best: targets.best }) };
}

/** @param answer what a model's outputs say: [batch, outputs] -> [batch, outputs] */
async function run<Inputs>(
  model: Model<Inputs>,
  samples: Samples,
  batchSize: number,
  answer: (outputs: tf.Tensor2D) => tf.Tensor2D,
): Promise<Predicted & { outputs: Float32Array }> {
  const collected = new Map<string, { values: Float32Array; width: number }>();
  let kept: Int32Array | undefined;
  // Where each row's values go; -1 where they aren't kept.
  let places: Int32Array | undefined;
  const collect = (name: string, rows: Int32Array, values: ArrayLike<number>, width: number) => {
    const own = isView(name) ? places : undefined;
    let target = collected.get(name);
    if (target === undefined) {
      const size = own === undefined ? samples.size : (kept?.length ?? 0);
      target = { values: new Float32Array(size * width), width };
      collected.set(name, target);
    }
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      const to = own === undefined ? row : (own[row] as number);
      if (to < 0) continue;
      for (let j = 0; j < width; j++) target.values[to * width + j] = values[i * width + j] as number;
    }
  };
  const context = { training: false, random: new Random(0), temperature: 0 };
  const widths = Object.values(samples.shapes).map((shape) => size(shape));
  for await (const batch of eachBatch(samples, batchSize)) {
    const said = tf.tidy(() =>
      tensorsOf(model.predict(toTensors<Inputs>(batch, samples, model), context), answer),
    );
    // A GPU can't be read without waiting; all are asked for before the first is waited for.
    const values = await Promise.all(said.map(([, tensor]) => tensor.data()));
    if (samples.stored !== undefined) {
      kept ??= keptRows(samples, [
        ...said.map(([name, tensor]) => (isView(name) ? tensor.shape[1] : 0)),
        ...widths,
      ]);
      places ??= placesOf(kept, samples.size);
      for (const [name, given] of Object.entries(batch.inputs))
        collect(`inputs:${name}`, batch.rows, given, given.length / batch.size);
    }
    said.forEach(([name, tensor], i) =>
      collect(name, batch.rows, values[i] as ArrayLike<number>, tensor.shape[1]),
    );
    tf.dispose(said.map(([, tensor]) => tensor));
    await new Promise(setImmediate);
  }
  const group = (prefix: string) =>
    Object.fromEntries(
      [...collected]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, view]) => [name.slice(prefix.length), view] as const),
    );
  const unimodal = Object.entries(group("unimodal:")).map(([name, view]) => [name, view.values] as const);
  const points = Object.keys(group("point:")).map((key) => key.split(":")[0] as string);
  const shares = collected.get("shares")?.values;
  const rules = collected.get("rules");
  return {
    size: samples.size,
    classes: samples.classes,
    index: samples.index,
    present: samples.present,
    outputs: collected.get("outputs")?.values ?? new Float32Array(0),
    encodings: group("encodings:"),
    ...(kept && { kept }),
    inputs: Object.fromEntries(
      kept === undefined
        ? Object.entries(samples.inputs).map(([name, values], m) => [
            name,
            { values, width: widths[m] as number },
          ])
        : Object.entries(group("inputs:")),
    ),
    shapes: samples.shapes,
    ...(points.length > 0 && {
      points: Object.fromEntries(points.map((point) => [point, group(`point:${point}:`)])),
    }),
    ...(unimodal.length > 0 && { unimodal: Object.fromEntries(unimodal) }),
    ...(shares && { shares }),
    ...(rules && { rule: argMax(rules.values, rules.width) }),
  };
}

/** Where rows that are kept lie in encodings, points and inputs. @param rows rising */
export function placesIn({ kept }: Pick<Predicted, "kept">, rows: Int32Array): Int32Array {
  if (kept === undefined) return rows;
  let at = 0;
  return rows.map((row) => {
    while ((kept[at] as number) < row) at++;
    return at;
  });
}

/** What measures read, of which only so much is kept as fits where samples aren't in memory. */
function isView(name: string): boolean {
  return /^(encodings|point|inputs):/.test(name);
}

/** Evenly spaced rows, as many as fit. @param widths of all that is kept of a row */
function keptRows({ size, stored }: Samples, widths: readonly number[]): Int32Array {
  const bytes = 4 * widths.reduce((a, b) => a + b, 0);
  const count = Math.min(size, stored?.kept(bytes) ?? size);
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * size) / count));
}

function placesOf(kept: Int32Array, size: number): Int32Array {
  const places = new Int32Array(size).fill(-1);
  kept.forEach((row, i) => (places[row] = i));
  return places;
}

function tensorsOf(said: Answer, answer: (outputs: tf.Tensor2D) => tf.Tensor2D): [string, tf.Tensor2D][] {
  const prefixed = (prefix: string, group: Record<string, tf.Tensor2D> = {}) =>
    Object.entries(group).map(([name, tensor]) => [prefix + name, tensor] as [string, tf.Tensor2D]);
  const answers = (group: Record<string, tf.Tensor2D> = {}) =>
    Object.fromEntries(Object.entries(group).map(([name, outputs]) => [name, answer(outputs)]));
  return [
    ["outputs", answer(said.logits)],
    ...prefixed("encodings:", said.encodings),
    ...Object.entries(said.points ?? {}).flatMap(([point, group]) => prefixed(`point:${point}:`, group)),
    ...prefixed("unimodal:", answers(said.unimodal)),
    ...(said.shares ? [["shares", said.shares] as [string, tf.Tensor2D]] : []),
    ...(said.rules ? [["rules", said.rules] as [string, tf.Tensor2D]] : []),
  ];
}
