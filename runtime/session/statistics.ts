import type { Statistics } from "../data/transforms/standardise.js";
import { keep, kept } from "./kept.js";

/** The file of a run that has the means and deviations by which its inputs were standardised, by modality. */
const fileName = "statistics.json";

export type RunStatistics = Readonly<Record<string, Statistics>>;

export async function writeStatistics(folder: string, statistics: RunStatistics): Promise<void> {
  await keep(folder, fileName, statistics);
}

/** @returns undefined when the run has none @throws WeightsError when they are damaged */
export function readStatistics(folder: string): Promise<RunStatistics | undefined> {
  return kept(folder, fileName);
}
