import { createHash, type Hash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Splits } from "../data/samples.js";
import type { Engine, EngineName } from "../engines/index.js";
import { versions } from "./versions.js";

/** What the weights of a run follow from. Where all of it is the same, so are they, bit by bit. */
export interface Origin {
  mmspec: string;
  tensorflow: string;
  engine: { name: EngineName; version: string; detail: string };
  /** Threads that share each batch, as the order in which numbers are added up follows from it; one when it is left out. */
  workers?: Workers;
  /** SHA-256 of each file of the trainer that learning depends on. */
  code: Record<string, string>;
}

/** Threads that share each batch. */
export interface Workers {
  count: number;
  /** Also where one alone would be about as fast. */
  always: boolean;
}

/** The trainer's files that only measure: they may change between a stop and going on. */
const measuring: readonly string[] = ["evaluate.ts", "evaluation.ts", "predict.ts"];

export async function originOf(
  trainer: string,
  { name, version, detail }: Engine,
  workers: Workers,
): Promise<Origin> {
  const files = (await readdir(trainer)).filter((file) => file.endsWith(".ts") && !measuring.includes(file));
  const code: Record<string, string> = {};
  for (const file of files.sort()) {
    const text = await readFile(join(trainer, file));
    code[file] = createHash("sha256").update(text).digest("hex");
  }
  const { mmspec, tensorflow } = await versions();
  return { mmspec, tensorflow, engine: { name, version, detail }, workers, code };
}

/** What isn't as it was, as phrases; none when all is. */
export function changes(before: Origin, now: Origin): string[] {
  const files = [...new Set([...Object.keys(before.code), ...Object.keys(now.code)])];
  const changed = files.filter((name) => before.code[name] !== now.code[name]);
  const was = (what: string, a: string, b: string) => (a === b ? [] : [`${what} was ${a} and is ${b}`]);
  return [
    ...(changed.length === 0 ? [] : [`the trainer's ${changed.join(", ")} changed`]),
    ...was("the engine", engineText(before), engineText(now)),
    ...was("the number of workers", workersText(before), workersText(now)),
    ...was("mmspec", before.mmspec, now.mmspec),
    ...was("TensorFlow.js", before.tensorflow, now.tensorflow),
  ];
}

function workersText({ workers: { count, always } = { count: 1, always: false } }: Origin): string {
  return count > 1 && !always ? `up to ${count}` : String(count);
}

function engineText({ engine: { name, version, detail } }: Origin): string {
  return `${name} ${version} (${detail})`;
}

/**
 * SHA-256 of all samples, in their splits and order.
 * @param models hashes of the saved models that they pass through
 */
export function dataHash(data: Splits, models: Readonly<Record<string, string>> = {}): string {
  const sum = createHash("sha256");
  add(sum, data);
  add(sum, models);
  return sum.digest("hex");
}

function add(sum: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    sum.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      sum.update(`${key}:`);
      add(sum, part);
    }
  } else {
    sum.update(`${String(value)};`);
  }
}
