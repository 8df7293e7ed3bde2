// Runs in browsers: imports nothing of Node. Bundled as predict.js of an export.
import * as tf from "@tensorflow/tfjs";
import { outputsOf } from "../../data/outputs.js";
import { argMax } from "../../learning/arg-max.js";
import type { AnyPredictions } from "../../learning/predict.js";
import { answersOf, type SampleAnswer } from "../serve/answer.js";
import { cellCoders, type CellCoder } from "../../data/transforms/coder.js";
import { requestedSamples } from "../serve/request.js";
import type { Description } from "./description.js";
import { rawColumns } from "./raw-columns.js";

/** Samples that are on the engine at a time. */
const chunk = 64;

/** A model that was exported for the web. */
export interface WebModel {
  description: Description;
  /** TensorFlow.js's own; `shares` and `rules` are outputs of it, too. */
  graph: tf.GraphModel;
  /**
   * What the model says of samples: objects with a value for each modality, as the data has them.
   * @throws Error that says which value doesn't fit, and why
   */
  predict(samples: readonly object[]): Promise<SampleAnswer[]>;
  dispose(): void;
}

/** Loads the model from the folder of this file, or from another one. */
export async function loadModel(folder: string | URL = new URL(".", import.meta.url)): Promise<WebModel> {
  const at = (name: string) => new URL(name, new URL(folder, import.meta.url)).href;
  const response = await fetch(at("description.json"));
  if (!response.ok) throw new Error(`${at("description.json")}: ${response.status} ${response.statusText}`);
  const description = (await response.json()) as Description;
  await tf.ready();
  const graph = await tf.loadGraphModel(at("model.json"));
  const { columns, names, tokenizers } = description;
  const coders = await cellCoders(columns.modalities, { names, tokenizers });
  return {
    description,
    graph,
    dispose: () => graph.dispose(),
    async predict(samples) {
      const answers: SampleAnswer[] = [];
      for (let first = 0; first < samples.length; first += chunk)
        answers.push(
          ...(await predictChunk(
            graph,
            { ...description, coders },
            samples.slice(first, first + chunk),
            first,
          )),
        );
      return answers;
    },
  };
}

async function predictChunk(
  graph: tf.GraphModel,
  { columns, names, components, rules, coders }: Description & { coders: ReadonlyMap<string, CellCoder> },
  samples: readonly object[],
  first: number,
): Promise<SampleAnswer[]> {
  const { size, inputs, present, index } = requestedSamples(samples, first, rawColumns(columns), {
    names,
    statistics: undefined,
    coders,
  });
  const { modalities, target } = columns;
  const given: Record<string, tf.Tensor> = {};
  for (const [name, { shape, optional }] of Object.entries(modalities)) {
    given[name] = tf.tensor(inputs[name] as Float32Array, [size, ...shape]);
    if (optional === true)
      given[`has_${name}`] = tf.tensor(Float32Array.from(present[name] ?? []), [size, 1]);
  }
  const outputs = graph.predict(given) as Record<string, tf.Tensor>;
  const read = async (name: string) => (await outputs[name]?.data()) as Float32Array | undefined;
  const [probabilities, numbers, shares, decided] = await Promise.all(
    ["probabilities", "numbers", "shares", "rules"].map(read),
  );
  tf.dispose([given, outputs]);
  const classes = outputsOf(target);
  const predicted = probabilities ?? numbers ?? new Float32Array(0);
  const predictions = {
    size,
    classes,
    index,
    present,
    kind: target.kind,
    probabilities,
    predicted:
      target.kind === "regression"
        ? predicted
        : target.kind === "multilabel"
          ? predicted.map((value) => Number(value >= 0.5))
          : argMax(predicted, classes.length),
    ...(shares && { shares }),
    ...(decided && rules && { rule: argMax(decided, rules.length) }),
  } as unknown as AnyPredictions;
  return answersOf(predictions, {
    columns,
    ...(components && { components }),
    ...(rules && { rules: rules.map((text) => ({ text })) }),
  });
}
