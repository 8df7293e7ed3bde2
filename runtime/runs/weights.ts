import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { size } from "../data/size.js";
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
  let described: unknown;
  try {
    bytes = await readFile(join(folder, "weights.bin"));
    described = JSON.parse(await readFile(join(folder, "weights.json"), "utf8"));
  } catch (error) {
    throw new WeightsError(
      `${folder} has no readable weights (${(error as Error).message}). Train the model first, or go on with \`mmspec resume\` if it was stopped.`,
    );
  }
  const { sha256, weights } = (described ?? {}) as Partial<Manifest>;
  if (sha256 !== hash(bytes) || !describes(weights, bytes.length)) {
    throw new WeightsError(
      `${folder}: weights.bin is not what weights.json describes; one of them is damaged or old. \`mmspec resume\` writes them anew if the run was stopped.`,
    );
  }
  let at = 0;
  return weights.map(({ name, shape }) => {
    // Copied, so that it begins at a multiple of 4 bytes.
    const values = Uint8Array.from(bytes.subarray(at, (at += 4 * size(shape))));
    return { name, tensor: tf.tensor(new Float32Array(values.buffer), shape, "float32") };
  });
}

/** Whether these are arrays of float32 with names of their own, that fill so many bytes. */
function describes(weights: unknown, bytes: number): weights is tf.io.WeightsManifestEntry[] {
  if (!Array.isArray(weights)) return false;
  const names = new Set<string>();
  let values = 0;
  for (const entry of weights as unknown[]) {
    const { name, shape, dtype, quantization } = (entry ?? {}) as Record<string, unknown>;
    if (typeof name !== "string" || names.has(name)) return false;
    if (dtype !== "float32" || quantization !== undefined) return false;
    if (!Array.isArray(shape) || !shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0))
      return false;
    names.add(name);
    values += size(shape as number[]);
  }
  return 4 * values === bytes;
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
