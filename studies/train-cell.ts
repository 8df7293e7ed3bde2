import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../runtime/runs/atomic.js";
import type { Cell } from "./cells.js";
import { originOf, type CellResult } from "./results/cell-result.js";
import type { RunReport } from "./results/report.js";

export interface TrainOptions {
  /** Of the study. */
  folder: string;
  /** Program and arguments that are `mmspec`. */
  command: readonly [string, ...string[]];
  engine?: string | undefined;
  /** Leave the runs' folders. */
  keepRuns: boolean;
  signal: AbortSignal;
}

/** One thread a run: several run side by side. */
const oneThread = {
  MMSPEC_WORKERS: "1",
  OMP_NUM_THREADS: "1",
  TF_NUM_INTRAOP_THREADS: "1",
  TF_NUM_INTEROP_THREADS: "1",
};

/**
 * Runs `mmspec train` on a cell's spec.
 * @returns what came of it; undefined when it was stopped
 */
export async function trainCell(cell: Cell, options: TrainOptions): Promise<CellResult | undefined> {
  const { folder, command, engine, keepRuns, signal } = options;
  const spec = join(folder, "specs", `${cell.name}.mmspec`);
  const runs = join(folder, "runs", cell.name);
  await writeAtomically(spec, cell.spec);
  await rm(runs, { recursive: true, force: true });
  const begin = performance.now();
  const args = [
    "train",
    spec,
    "--json",
    "--runs",
    runs,
    ...(engine === undefined ? [] : ["--engine", engine]),
  ];
  const ended = await run(command, args, signal);
  const result = {
    name: cell.name,
    row: cell.row.name,
    column: cell.column.name,
    seed: cell.seed,
    origin: originOf(cell, engine),
    seconds: (performance.now() - begin) / 1000,
  };
  if (ended.interrupted) {
    await rm(runs, { recursive: true, force: true });
    return undefined;
  }
  try {
    if (ended.problem !== undefined) throw new Error(ended.problem);
    const { run: path, ...report } = JSON.parse(ended.out) as RunReport & { run: string; engine: string };
    const record = JSON.parse(await readFile(join(path, "run.json"), "utf8")) as { processorSeconds: number };
    const { processorSeconds } = record;
    return { ...result, status: "done", processorSeconds, engine: report.engine, report };
  } catch (error) {
    return { ...result, status: "failed", error: (error as Error).message };
  } finally {
    if (!keepRuns) await rm(runs, { recursive: true, force: true });
  }
}

interface Ended {
  out: string;
  /** It was stopped, because the study was. */
  interrupted: boolean;
  /** What went wrong. */
  problem?: string;
}

function run(
  [program, ...first]: TrainOptions["command"],
  args: string[],
  signal: AbortSignal,
): Promise<Ended> {
  if (signal.aborted) return Promise.resolve({ out: "", interrupted: true });
  const child = spawn(program, [...first, ...args], {
    // The channel tells the child when this process is gone.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...oneThread, ...process.env },
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  return new Promise<Ended>((resolve) => {
    const end = (problem: string | undefined) =>
      resolve({
        out: Buffer.concat(out).toString("utf8"),
        interrupted: signal.aborted,
        ...(problem !== undefined && { problem }),
      });
    child.on("error", (error) => end(error.message));
    child.on("close", (code, killedBy) => {
      if (code === 0) return end(undefined);
      const said = Buffer.concat(err).toString("utf8").trim();
      const how = code === null ? `ended by ${killedBy}` : `exit code ${code}`;
      end(said === "" ? how : `${said.slice(-4000)}\n(${how})`);
    });
  }).finally(() => signal.removeEventListener("abort", stop));
}
