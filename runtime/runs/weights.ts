import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { WeightsError, type NamedTensor } from "../layers/parameters.js";
import { writeAtomically } from "./atomic.js";

interface Manifest {
  format: "mmspec-weights";
  sha256: string;
  /** As TensorFlow.js describes weights; they follow each other in the file of the same name that ends in .bin. */
  weights: tf.io.WeightsManifestEntry[];
}

/** Saves arrays as NAME.bin, little-endian float32 one after the other, and NAME.json, which describes it. */
export async function saveWeights(
  folder: string,
  named: readonly NamedTensor[],
  file = "weights",
): Promise<void> {
  const { data, specs } = await tf.io.encodeWeights(named.map(({ name, tensor }) => ({ name, tensor })));
  const bytes = new Uint8Array(data);
  const manifest: Manifest = { format: "mmspec-weights", sha256: hash(bytes), weights: specs };
  await writeAtomically(join(folder, `${file}.bin`), bytes);
  await writeAtomically(join(folder, `${file}.json`), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Reads weights.bin, which `saveWeights` wrote; the caller disposes of the tensors.
 * @throws WeightsError when they are missing or damaged
 */
export async function loadWeights(folder: string): Promise<NamedTensor[]> {
  let bytes: Buffer;
  let manifest: Manifest;
  try {
    bytes = await readFile(join(folder, "weights.bin"));
    manifest = JSON.parse(await readFile(join(folder, "weights.json"), "utf8")) as Manifest;
  } catch (error) {
    throw new WeightsError(
      `${folder} has no readable weights (${(error as Error).message}). Train the model first, or go on with \`mmspec resume\` if it was stopped.`,
    );
  }
  if (manifest.sha256 !== hash(bytes)) {
    throw new WeightsError(
      `${folder}: weights.bin is not what weights.json describes; one of them is damaged or old. \`mmspec resume\` writes them anew if the run was stopped.`,
    );
  }
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return Object.entries(tf.io.decodeWeights(data, manifest.weights)).map(([name, tensor]) => ({
    name,
    tensor,
  }));
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
