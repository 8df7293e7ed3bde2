import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { removeTemporaryFiles } from "../runtime/runs/temporary.js";
import type { Cell } from "./cells.js";
import { readResult, writeResult, type CellResult } from "./results/cell-result.js";
import { trainCell, type TrainOptions } from "./train-cell.js";

export interface RunOptions extends TrainOptions {
  /** How many runs side by side. */
  jobs: number;
  progress: StudyProgress;
}

/** Shows how far a study is. */
export interface StudyProgress {
  /** @param done how many cells an earlier call had done */
  begin(cells: number, done: number): void;
  cell(result: CellResult): void;
  end(): void;
}

/**
 * Runs all cells that have no result yet; each result is on the disk as soon as there is one. A cell that fails doesn't stop the others.
 * @returns the results, in the order of the cells; without those that were not reached when it was stopped
 */
export async function runCells(cells: readonly Cell[], options: RunOptions): Promise<CellResult[]> {
  const { folder, engine, jobs, progress, signal } = options;
  for (const name of ["specs", "cells"]) await mkdir(join(folder, name), { recursive: true });
  await removeTemporaryFiles(folder);
  const results = await Promise.all(cells.map((cell) => readResult(folder, cell, engine)));
  const queue = [...cells.keys()].filter((i) => results[i] === undefined);
  progress.begin(cells.length, cells.length - queue.length);
  const work = async () => {
    for (let i = queue.shift(); i !== undefined && !signal.aborted; i = queue.shift()) {
      const result = await trainCell(cells[i] as Cell, options);
      if (result === undefined) return;
      await writeResult(folder, result);
      results[i] = result;
      progress.cell(result);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, queue.length) }, work));
  } finally {
    progress.end();
  }
  if (!options.keepRuns) await rm(join(folder, "runs"), { recursive: true, force: true });
  return results.filter((result) => result !== undefined);
}
