import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { compile } from "../compiler/index.js";
import { writeAtomically, writeFiles } from "../runtime/runs/atomic.js";
import { exists } from "../runtime/runs/exists.js";
import type { ReportContent } from "../runtime/session/report.js";
import type { ValidationScores } from "../runtime/session/scores.js";
import type { Outcome, TestFindings } from "./outcome.js";
import { withSeed } from "./seeds.js";
import type { Job } from "./trial.js";

export interface TrainerOptions {
  /** What runs a trainer's script: a program and its first arguments. */
  command: readonly [string, ...string[]];
  /** Where the paths of the spec's data begin. */
  data: string;
  model: string;
  engine?: string | undefined;
  /** Seconds between two checkpoints, at least. */
  checkpointEvery?: number | undefined;
  /** False forbids `custom` layers. */
  custom: boolean;
  /** Texts of the files that specs import, by the path from the spec's folder. */
  imports: ReadonlyMap<string, string>;
  /** Texts of the files that `custom` layers come from, by the path in the spec. */
  customFiles: ReadonlyMap<string, string>;
}

export interface JobContext {
  /** The run's folder; what is in it already is gone on with. */
  folder: string;
  /** Its reason is "SIGINT" where the trainers may have got that signal, too. */
  signal: AbortSignal;
  /** The process that trains has begun. */
  onStart?(pid: number): Promise<void> | void;
  /** Another epoch has ended. */
  onEpoch?(): void;
}

/** One thread a run: several run side by side. */
const oneThread = {
  OMP_NUM_THREADS: "1",
  TF_NUM_INTRAOP_THREADS: "1",
  TF_NUM_INTEROP_THREADS: "1",
  MMSPEC_WORKERS: "1",
};

/**
 * Trains a job in a process of its own, which may crash without harm: from the beginning, or from the checkpoint in its folder.
 * @returns what came of it; undefined when it was stopped
 */
export async function trainJob(
  job: Job,
  options: TrainerOptions,
  context: JobContext,
): Promise<Outcome | undefined> {
  const begin = performance.now();
  const { key, trial, seed, rung } = job;
  const common = { key, trial: trial.name, seed, rung };
  const seconds = () => (performance.now() - begin) / 1000;
  try {
    await writeTrainer(job, options, context.folder);
    if (!(await learn(job, options, context))) return undefined;
    return { ...common, ...(await readOutcome(job, context.folder)), status: "done", seconds: seconds() };
  } catch (error) {
    if (context.signal.aborted) return undefined;
    return { ...common, status: "failed", seconds: seconds(), error: (error as Error).message };
  }
}

/** Compiles the variant into the run's folder, unless an earlier job did. */
async function writeTrainer(
  { trial, seed }: Job,
  { model, custom, imports, customFiles }: TrainerOptions,
  folder: string,
): Promise<void> {
  const trainer = join(folder, "trainer");
  // The last file that is written.
  if (await exists(join(folder, "trainer.json"))) return;
  const file = `${trial.name}.mmspec`;
  const spec = withSeed(trial.spec, model, seed);
  const compilation = await compile(spec, file, model, { custom, read: (path) => imports.get(path) });
  if (compilation.failed) {
    const found = compilation.diagnostics.map(({ code, message }) => `${code}: ${message}`);
    throw new Error(`The variant can't be compiled. ${found.join("\n")}`);
  }
  const copied = compilation.customFiles.map(({ from, to }) => {
    const text = customFiles.get(from);
    if (text === undefined) throw new Error(`${from}: there is no such file.`);
    return { path: to, text };
  });
  const specs = compilation.files.filter(({ path }) => path.endsWith(".mmspec"));
  await writeFiles(trainer, [...compilation.files, ...copied]);
  await writeFiles(folder, specs);
  await writeAtomically(
    join(folder, "trainer.json"),
    `${JSON.stringify({ trial: trial.name, seed, choices: trial.choices }, null, 2)}\n`,
  );
}

/** @returns false when it was stopped. @throws Error with what the process said, when it failed */
async function learn(job: Job, options: TrainerOptions, context: JobContext): Promise<boolean> {
  const { folder, signal } = context;
  // One that was killed, by the system when memory is short or by a person, gets a second chance; so does one whose checkpoint is of no use.
  for (let chance = 1; ; chance++) {
    if (signal.aborted) return false;
    const ended = await run(job, options, context);
    if (ended.code === 0) return true;
    if (signal.aborted) return false;
    const { code, killedBy, said } = ended;
    const useless = /checkpoint\.safetensors is damaged|can't be resumed/.test(said);
    if (chance > 1 || !(useless || killedBy !== null || code === 130)) {
      const how =
        killedBy === null
          ? `exit code ${code}`
          : `ended by ${killedBy}, twice${killedBy === "SIGKILL" ? "; the system does that when memory is short" : ""}`;
      throw new Error(said === "" ? how : `${said.slice(-4000)}\n(${how})`);
    }
    if (useless) await rm(join(folder, "checkpoint.safetensors"), { force: true });
  }
}

interface Ended {
  code: number | null;
  killedBy: NodeJS.Signals | null;
  /** On the standard error, without the lines that tell how far it is. */
  said: string;
}

async function run(
  { epochs }: Job,
  { command: [program, ...first], data, engine, checkpointEvery }: TrainerOptions,
  { folder, signal, onStart, onEpoch }: JobContext,
): Promise<Ended> {
  const resume = await exists(join(folder, "run.json"));
  const args = [
    join(folder, "trainer", "train.ts"),
    ...["--data", data, "--run", folder, "--pause-after", String(epochs)],
    ...(resume ? ["--resume"] : []),
    ...(engine === undefined ? [] : ["--engine", engine]),
    ...(checkpointEvery === undefined ? [] : ["--checkpoint-every", String(checkpointEvery)]),
  ];
  const child = spawn(program, [...first, ...args], {
    // The channel tells the child when this process is gone.
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: { ...oneThread, ...process.env },
  });
  let later: NodeJS.Timeout | undefined;
  const stop = () => {
    // A terminal sends Ctrl-C to the trainer, too, and a second signal would end it before its checkpoint is made.
    if (signal.reason === "SIGINT") later = setTimeout(() => child.kill("SIGTERM"), courtesy);
    else child.kill("SIGTERM");
  };
  signal.addEventListener("abort", stop);
  if (child.pid !== undefined) await onStart?.(child.pid);
  let said = "";
  let rest = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (progressLine.test(line)) onEpoch?.();
      else if (!quietLine.test(line)) said = `${said}${line}\n`.slice(-8000);
    }
  });
  return new Promise<Ended>((resolve) => {
    child.on("error", (error) => resolve({ code: 1, killedBy: null, said: error.message }));
    child.on("close", (code, killedBy) => resolve({ code, killedBy, said: `${said}${rest}`.trim() }));
  }).finally(() => {
    clearTimeout(later);
    signal.removeEventListener("abort", stop);
  });
}

/** Milliseconds after Ctrl-C in which a trainer may end by itself. */
const courtesy = 3000;

/** `joint        epoch 2/9 loss 1.5140 ...`, and what else a trainer says of its progress. */
const progressLine = /^\S+ +epoch \d+\/\d+ loss /;
const quietLine = /^(engine +|resume +|\S.* took [\d.]+ s$)|is complete: there is nothing left to learn/;

async function readOutcome({ from, epochs }: Job, folder: string) {
  const read = async <T>(name: string) => JSON.parse(await readFile(join(folder, name), "utf8")) as T;
  const { status, history = [] } = await read<{ status: string; history?: unknown[] }>("run.json");
  const scores = await read<ValidationScores>("validation.json");
  if (status === "paused" && scores.epochs !== epochs)
    throw new Error(`The run paused after ${scores.epochs} epochs and not after ${epochs}.`);
  if (history.length !== scores.epochs)
    throw new Error(
      `validation.json was measured after ${scores.epochs} epochs, and the run has learned ${history.length}: something else than the sweep went on with it.`,
    );
  const { metrics, pid } =
    status === "complete" ? await read<ReportContent>("metrics.json") : { metrics: undefined, pid: [] };
  const test: TestFindings | undefined = metrics && {
    metrics,
    pid: pid.map(({ measure, unit, modalities, on, mean }) => ({ measure, unit, modalities, on, mean })),
  };
  for (const [name, value] of Object.entries(scores.metrics))
    if (!Number.isFinite(value)) throw new Error(`On the validation split, ${name} is no number.`);
  return {
    epochs: scores.epochs,
    learned: Math.max(0, scores.epochs - from),
    validation: scores.metrics,
    ...(test && { test }),
  };
}
