import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { numbersOf, unpackSafetensors } from "../data/safetensors.js";
import type { NamedTensor } from "../layers/parameters.js";
import { writeAtomically } from "./atomic.js";

const fileName = "checkpoint.safetensors";
/** The first format's checksum knew nothing of names, shapes and places. */
const [firstFormat, format] = ["mmspec-checkpoint", "mmspec-checkpoint-2"];

/** A checkpoint is damaged, or of another run than the one to go on with. */
export class CheckpointError extends Error {
  override name = "CheckpointError";
}

interface ArrayEntry {
  dtype: string;
  shape: readonly number[];
  data_offsets: readonly [number, number];
}

/**
 * Saves plain data and float32 arrays as one file in the format of safetensors: the length of the header as uint64, the header as JSON,
 * the arrays one after the other, little-endian. The plain data is JSON in the header's `__metadata__`. The file is replaced as a whole:
 * whenever the process dies, either the checkpoint before or this one is there.
 */
export async function saveCheckpoint(
  folder: string,
  plan: unknown,
  tensors: readonly NamedTensor[],
): Promise<void> {
  const parts: Uint8Array[] = [];
  const entries: Record<string, ArrayEntry> = {};
  let at = 0;
  for (const { name, tensor } of tensors) {
    const values = (await tensor.data()) as Float32Array;
    parts.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    entries[name] = { dtype: "F32", shape: tensor.shape, data_offsets: [at, at + values.byteLength] };
    at += values.byteLength;
  }
  const text = JSON.stringify(plan);
  const metadata = { format, plan: text, sha256: hash(text, placesOf(Object.entries(entries)), parts) };
  const json = JSON.stringify({ __metadata__: metadata, ...entries });
  // The arrays begin at a multiple of 8 bytes.
  const header = Buffer.from(json + " ".repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await writeAtomically(join(folder, fileName), Buffer.concat([length, header, ...parts]));
}

/** What a checkpoint holds; the caller disposes of the tensors. */
export interface Checkpoint {
  plan: unknown;
  /** Makes tensors of the arrays, on the engine that is open. */
  tensors(): NamedTensor[];
}

/**
 * Reads what `saveCheckpoint` wrote.
 * @returns undefined when there is none
 * @throws CheckpointError when it is damaged
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const path = join(folder, fileName);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  try {
    return decode(bytes);
  } catch (error) {
    throw new CheckpointError(
      `${path} is damaged (${(error as Error).message}). Train anew, or put back a copy of it.`,
    );
  }
}

function decode(bytes: Buffer): Checkpoint {
  const { metadata, tensors, body } = unpackSafetensors(bytes);
  const { plan = "", sha256 } = metadata;
  const entries = Array.from(tensors, ([name, { dtype, shape, bytes: own }]) => {
    if (dtype !== "F32") throw new Error(`"${name}" is of type ${dtype}`);
    const at = own.byteOffset - body.byteOffset;
    return [name, { dtype, shape, data_offsets: [at, at + own.length] as const }] as const;
  });
  const places = metadata.format === firstFormat ? "" : placesOf(entries);
  if (hash(plan, places, [body]) !== sha256) throw new Error("its content isn't what its checksum says");
  return {
    plan: JSON.parse(plan),
    tensors: () =>
      Array.from(tensors, ([name, tensor]) => ({
        name,
        tensor: tf.tensor(numbersOf(tensor), [...tensor.shape], "float32"),
      })),
  };
}

/** Removes the checkpoint of a run that is complete, or that begins anew. */
export async function removeCheckpoint(folder: string): Promise<void> {
  await rm(join(folder, fileName), { force: true });
}

/** Names, types, shapes and places of arrays, as the checksum has them. */
function placesOf(entries: readonly (readonly [string, Readonly<ArrayEntry>])[]): string {
  return JSON.stringify(
    entries.map(([name, { dtype, shape, data_offsets: places }]) => [name, dtype, shape, places]),
  );
}

function hash(text: string, places: string, parts: readonly Uint8Array[]): string {
  const sum = createHash("sha256").update(text).update(places);
  for (const part of parts) sum.update(part);
  return sum.digest("hex");
}
