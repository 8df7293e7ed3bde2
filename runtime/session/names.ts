import type { Names } from "../data/names.js";
import { keep, kept } from "./kept.js";

/** The file of a run that says what its model's categories and tokens stand for. */
const fileName = "names.json";

export async function writeNames(folder: string, names: Names): Promise<void> {
  await keep(folder, fileName, names);
}

/** @returns undefined when the run has none @throws WeightsError when they are damaged */
export function readNames(folder: string): Promise<Names | undefined> {
  return kept(folder, fileName);
}
