import { createHash } from "node:crypto";
import { expect } from "vitest";
import { eachBatch, type Batch } from "../../runtime/data/batches.js";
import { type Random, type Samples, type Splits } from "../../runtime/data/index.js";
import { problemsIn } from "./problems.js";

/** All batches, hashes for their inputs: a batch is only valid until the next one. */
export async function allBatches(samples: Samples, size: number, random?: Random, skip?: number) {
  const found: (Omit<Batch, "inputs"> & { inputs: string })[] = [];
  for await (const batch of eachBatch(samples, size, random, skip)) {
    const sum = createHash("sha256");
    for (const [name, values] of Object.entries(batch.inputs)) sum.update(name).update(values);
    found.push({ ...structuredClone({ ...batch, inputs: {} }), inputs: sum.digest("hex") });
  }
  return found;
}

const parts = ["train", "validation", "test"] as const;

/** Holds samples that are streamed against the same in memory: parts, names and all values. */
export async function expectSame(memory: Splits, stream: Splits): Promise<void> {
  expect(stream.names).toEqual(memory.names);
  expect(stream.statistics).toEqual(memory.statistics);
  expect(stream.tokenizers).toEqual(memory.tokenizers);
  expect(stream.reading).toEqual(memory.reading);
  for (const part of parts) {
    if (memory[part] === undefined && stream[part] === undefined) continue;
    const [a, b] = [memory[part] as Samples, stream[part] as Samples];
    expect(b.inputs).toEqual({});
    for (const key of ["size", "labels", "index", "present", "shapes", "classes", "targets"] as const)
      expect(b[key]).toEqual(a[key]);
    expect(await allBatches(b, 50)).toEqual(await allBatches(a, 50));
  }
}

/** What is wrong with data, a line each. */
export async function problemsOf(loading: Promise<unknown>): Promise<string[]> {
  return (await problemsIn(loading)).map(({ code, message, where }) => `${where} ${code} ${message}`);
}
