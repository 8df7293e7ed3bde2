import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { version } from "../../compiler/index.js";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import type { Cell } from "../cells.js";
import type { RunReport } from "./report.js";

/** What came of one run, as `cells/NAME.json` has it. */
export interface CellResult {
  name: string;
  row: string;
  column: string;
  seed: number;
  status: "done" | "failed";
  /** Hash of what the result follows from: the spec, the engine asked for, mmspec's version. */
  origin: string;
  /** Wall time, in seconds. */
  seconds: number;
  /** Of the process that learned and measured. */
  processorSeconds?: number;
  engine?: string;
  /** Why it failed. */
  error?: string;
  /** metrics.json of the run. */
  report?: RunReport;
}

export function originOf({ spec }: Cell, engine: string | undefined): string {
  return createHash("sha256")
    .update(`${version}\n${engine ?? ""}\n${spec}`)
    .digest("hex");
}

function pathOf(folder: string, { name }: { name: string }): string {
  return join(folder, "cells", `${name}.json`);
}

/** The result of a cell that is done; undefined when there is none, or it failed, or it follows from something else. */
export async function readResult(
  folder: string,
  cell: Cell,
  engine: string | undefined,
): Promise<CellResult | undefined> {
  const text = await readFile(pathOf(folder, cell), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const result = JSON.parse(text) as CellResult;
  return result.status === "done" && result.origin === originOf(cell, engine) ? result : undefined;
}

export async function writeResult(folder: string, result: CellResult): Promise<void> {
  await writeAtomically(pathOf(folder, result), `${JSON.stringify(result, null, 2)}\n`);
}
