import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Names } from "../data/names.js";
import { WeightsError } from "../layers/parameters.js";
import { writeAtomically } from "../runs/atomic.js";

/** The file of a run that says what its model's categories and tokens stand for. */
const fileName = "names.json";

export async function writeNames(folder: string, names: Names): Promise<void> {
  await writeAtomically(join(folder, fileName), `${JSON.stringify(names, null, 2)}\n`);
}

/**
 * @returns undefined when the run has none
 * @throws WeightsError when they are damaged: without them the weights mean nothing
 */
export async function readNames(folder: string): Promise<Names | undefined> {
  const text = await readFile(join(folder, fileName), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Names;
  } catch (error) {
    throw new WeightsError(
      `${join(folder, fileName)} is damaged (${(error as Error).message}). Train anew, or put back a copy of it.`,
    );
  }
}
