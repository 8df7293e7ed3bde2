import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import type { LayersModel } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs-core";
import { leadsOut } from "../data/links.js";
import { ProblemList } from "../data/problems.js";
import type { LayerMaker } from "./layer.js";

/** A saved model, with its weights on the engine. */
interface SavedModel {
  /** Its file, for messages. */
  where: string;
  /** SHA-256 of its files. */
  sha256: string;
  /** Of one sample; null where any size will do. Unknown of some graph models. */
  input?: readonly (number | null)[];
  output?: readonly (number | null)[];
  run(x: tf.Tensor): tf.Tensor;
}

/** The models that `loadFrozen` has read, by the path that the spec gives. */
const loaded = new Map<string, SavedModel>();

/**
 * Reads saved TensorFlow.js models from disk, so that `frozen` layers find them: model.json and the files of weights that it names.
 * @param folder where the paths begin
 * @param paths of model.json, or of the folder that has it
 * @throws DataError when one isn't there, can't be read, leaves the folder, or isn't a model of one input and one output
 */
export async function loadFrozen(folder: string, paths: readonly string[]): Promise<void> {
  const problems = new ProblemList();
  for (const path of paths) {
    const file = path.endsWith(".json") ? path : `${path}/model.json`;
    const where = join(folder, file);
    if (leaves(path)) {
      problems.add("outside", path, { path });
      continue;
    }
    if (await leadsOut(where, folder)) {
      problems.add("outside", where, { path });
      continue;
    }
    try {
      const model = await readModel(where, problems);
      if (model !== undefined) loaded.set(path, model);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") problems.add("noFile", where, { path: file, near: [] });
      else problems.add("unreadable", where, { reason: message.replace(/\.$/, "") });
    }
  }
  problems.check();
}

/** SHA-256 of each model that `loadFrozen` has read, by the path that the spec gives. */
export function frozenHashes(): Record<string, string> {
  return Object.fromEntries([...loaded].map(([path, { sha256 }]) => [path, sha256]));
}

function leaves(path: string): boolean {
  return isAbsolute(path) || path.split(/[\\/]/).includes("..");
}

/** model.json as TensorFlow.js writes it. */
interface ModelFile extends tf.io.ModelJSON {
  format?: string;
}

async function readModel(where: string, problems: ProblemList): Promise<SavedModel | undefined> {
  const text = await readFile(where, "utf8");
  const description = JSON.parse(text) as ModelFile;
  const outside = description.weightsManifest.flatMap(({ paths }) => paths).find(leaves);
  if (outside !== undefined) {
    problems.add("outside", where, { path: outside });
    return undefined;
  }
  const paths = description.weightsManifest.flatMap((group) => group.paths);
  const shards = await Promise.all(paths.map((path) => readFile(join(dirname(where), path))));
  const bytes = Uint8Array.from(Buffer.concat(shards));
  const source: tf.io.IOHandler = {
    load: () =>
      tf.io.getModelArtifactsForJSON(description, async (manifest) => [
        manifest.flatMap(({ weights }) => weights),
        bytes.buffer,
      ]),
  };
  // The whole of TensorFlow.js is loaded for those alone who have a saved model.
  const { loadGraphModel, loadLayersModel } = await import("@tensorflow/tfjs");
  const graph = description.format === "graph-model" ? await loadGraphModel(source) : undefined;
  const model = graph ?? (await loadLayersModel(source));
  const { inputs, outputs } = model;
  if (inputs.length !== 1 || outputs.length !== 1) {
    problems.add("frozenPorts", where, { inputs: inputs.length, outputs: outputs.length });
    return undefined;
  }
  const ofSample = (shape: readonly (number | null)[] | undefined) =>
    shape?.slice(1).map((size) => (size === null || size < 0 ? null : size));
  const [input, output] = [ofSample(inputs[0]?.shape), ofSample(outputs[0]?.shape)];
  const run = (x: tf.Tensor) =>
    (graph === undefined
      ? (model as LayersModel).apply(x, { training: false })
      : graph.execute(x)) as tf.Tensor;
  const sha256 = createHash("sha256").update(text).update(bytes).digest("hex");
  return { where, sha256, ...(input && { input }), ...(output && { output }), run };
}

export interface FrozenOptions {
  /** As it was given to `loadFrozen`. */
  path: string;
  /** Of one sample. */
  input: readonly number[];
  output: readonly number[];
}

/**
 * A saved model whose weights don't learn, as it predicts: [batch, ...input] -> [batch, ...output]. Gradients pass through it to what comes before.
 * @throws DataError when the model has other shapes
 * @throws Error when `loadFrozen` hasn't read it
 */
export function frozen({ path, input, output }: FrozenOptions): LayerMaker {
  return () => {
    const model = loaded.get(path);
    if (model === undefined) throw new Error(`loadFrozen must read ${path} before the model is made.`);
    const problems = new ProblemList();
    if (!fits(model.input, input))
      problems.add("frozenShape", model.where, { what: "reads", found: model.input ?? [], wanted: input });
    if (!fits(model.output, output))
      problems.add("frozenShape", model.where, { what: "makes", found: model.output ?? [], wanted: output });
    problems.check();
    return { apply: (x) => model.run(x) };
  };
}

function fits(found: readonly (number | null)[] | undefined, wanted: readonly number[]): boolean {
  if (found === undefined) return true;
  return found.length === wanted.length && found.every((size, i) => size === null || size === wanted[i]);
}
