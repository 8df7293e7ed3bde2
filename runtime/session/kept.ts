import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { WeightsError } from "../layers/parameters.js";
import { writeAtomically } from "../runs/atomic.js";

/** Writes what a run keeps of its data beside the weights, as JSON. */
export async function keep(folder: string, file: string, what: unknown): Promise<void> {
  await writeAtomically(join(folder, file), `${JSON.stringify(what, null, 2)}\n`);
}

/**
 * @returns undefined when the run has none
 * @throws WeightsError when it is damaged: without it the weights mean nothing
 */
export async function kept<T>(folder: string, file: string): Promise<T | undefined> {
  const path = join(folder, file);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new WeightsError(
      `${path} is damaged (${(error as Error).message}). Train anew, or put back a copy of it.`,
    );
  }
}
