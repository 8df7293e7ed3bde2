import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { startWasm } from "../../engines/wasm.js";
import { loadFrozen } from "../../layers/frozen.js";
import type { Model } from "../../learning/model.js";
import { predict, predictLabels, predictNumbers, type AnyPredictions } from "../../learning/predict.js";
import type { Samples } from "../../data/samples.js";
import { cellCoders, type CellCoder } from "../../data/transforms/coder.js";
import { loadWeights } from "../../runs/weights.js";
import { answersOf, type SampleAnswer } from "../serve/answer.js";
import { requestedSamples } from "../serve/request.js";
import type { Description } from "./description.js";

/** Samples that are on the engine at a time. */
const chunk = 64;

/** What is there once something was predicted. */
interface Opened {
  model: Model<object>;
  /** Of names and texts. */
  coders: ReadonlyMap<string, CellCoder>;
}

/** A model that was exported as a package. */
export interface PackagedModel {
  examples: Description["examples"];
  predict(samples: readonly object[]): Promise<SampleAnswer[]>;
}

/**
 * The model of a package's folder, on the engine that TensorFlow.js has open, or on wasm. Weights are read when something is first predicted.
 * @param make its model, with weights that are still to be read
 */
export function packagedModel(folder: URL, make: () => Model<object>): PackagedModel {
  const description = JSON.parse(readFileSync(new URL("description.json", folder), "utf8")) as Description;
  const { columns, names, statistics, tokenizers, components, rules, examples } = description;
  let opened: Promise<Opened> | undefined;
  /** One request after the other. */
  let turn: Promise<unknown> = Promise.resolve();
  const open = async (): Promise<Opened> => {
    if (tf.engine().backendName === undefined) await startWasm();
    await loadFrozen(fileURLToPath(new URL("frozen/", folder)), description.frozen ?? []);
    const weights = await loadWeights(fileURLToPath(folder));
    const model = make();
    model.parameters.assign(weights);
    tf.dispose(weights.map(({ tensor }) => tensor));
    return { model, coders: await cellCoders(columns.modalities, { names, tokenizers }) };
  };
  const predictAll = async (samples: readonly object[]) => {
    const { model, coders } = await (opened ??= open());
    const answers: SampleAnswer[] = [];
    for (let first = 0; first < samples.length; first += chunk) {
      const part = requestedSamples(samples.slice(first, first + chunk), first, columns, {
        names,
        statistics,
        coders,
      });
      answers.push(
        ...answersOf(await predictionsOf(model, columns.target.kind, part), {
          columns,
          ...(components && { components }),
          ...(rules && { rules: rules.map((text) => ({ text })) }),
        }),
      );
    }
    return answers;
  };
  return {
    examples,
    predict(samples) {
      const done = turn.then(() => predictAll(samples));
      turn = done.catch(() => undefined);
      return done;
    },
  };
}

function predictionsOf(
  model: Model<object>,
  kind: Description["columns"]["target"]["kind"],
  samples: Samples,
): Promise<AnyPredictions> {
  if (kind === undefined) return predict(model, samples);
  if (kind === "multilabel") return predictLabels(model, samples);
  return predictNumbers(model as typeof model & Required<Pick<typeof model, "scale">>, samples);
}
