import { mkdir, readdir, readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError, type Names, type Splits, type Tokenizers } from "../data/index.js";
import { problemText } from "../data/problems.js";
import { exists } from "../runs/exists.js";
import { Random } from "../data/random.js";
import { hearOfData } from "../data/streamed/say.js";
import {
  apartFromSoftwareGpu,
  closeEngine,
  engineFailure,
  EngineError,
  failureOf,
  openEngine,
  type Engine,
} from "../engines/index.js";
import { TrainingError } from "../learning/errors.js";
import type { Stage } from "../learning/stage.js";
import { helperOrders } from "../parallel/helpers.js";
import { TeamError } from "../parallel/team.js";
import { useThreads } from "../parallel/thread.js";
import { WeightsError } from "../layers/parameters.js";
import type { Model } from "../learning/model.js";
import { Paused } from "../learning/pause.js";
import type { Predictions } from "../learning/predict.js";
import {
  CheckpointError,
  copyAtomically,
  createProgress,
  createRunFolder,
  FolderBusy,
  loadCheckpoint,
  loadWeights,
  removeCheckpoint,
  writeAtomically,
  writeErrorOf,
  type Checkpoint,
  type Progress,
} from "../runs/index.js";
import { writeHeldOut } from "./held-out.js";
import { estimatePid, type MeasureRequest, type MeasuredPid } from "./measure.js";
import { readNames, writeNames } from "./names.js";
import { readStatistics, writeStatistics, type RunStatistics } from "./statistics.js";
import { readTokenizers, writeTokenizers } from "./tokenizers.js";
import { readOptions, UsageError, type ScriptOptions } from "./options.js";
import { outliveReaders } from "../runs/broken-pipe.js";
import { RunLock, RunLost } from "./lock.js";
import { changes, originOf, type Origin, type Workers } from "./origin.js";
import { UntraceableError } from "../prediction/export/untraceable.js";
import { afterFailure } from "./engine-failed.js";
import { renderReport } from "./render.js";
import { report, type Findings } from "./report.js";
import { readingLines } from "./reading.js";
import { writeScores } from "./scores.js";
import { cannotResume, Training, type RunPlan } from "./training.js";
import { versions } from "./versions.js";

/** What a generated script says of itself. */
export interface SessionOptions {
  model: string;
  seed: number;
  /** Name of the spec's file. */
  spec: string;
  /** The files that the spec imports, from its folder. */
  imports?: readonly string[];
  /** `import.meta.url` of the script. */
  script: string;
}

/** How a process that ran a script ends. */
export const exitCodes = { done: 0, data: 1, usage: 2, failed: 3, interrupted: 130 } as const;

/** One run: its folder, its engine, and what happens on the way. Made by `openSession`. */
export class Session {
  private readonly interruption = new AbortController();
  private readonly progress: Progress;
  private readonly training: Training;
  private readonly started: Date;
  private readonly seconds: Record<string, number> = {};
  private splits: Splits | undefined;
  /** Measures the validation split, where a run is to pause. */
  private score: (() => Promise<void>) | undefined;
  /** True when the weights of an earlier run are measured. */
  private restored = false;

  constructor(
    private readonly about: SessionOptions,
    private readonly options: ScriptOptions,
    private readonly engine: Engine,
    /** Where all files of the run lie. */
    readonly folder: string,
    private readonly origin: Origin,
    /** What the folder said of the run before this process, and where to go on. */
    private readonly before: { record?: RunRecord; checkpoint?: Checkpoint } = {},
    private readonly lock?: RunLock,
  ) {
    this.started = before.record ? new Date(before.record.started) : new Date();
    this.progress = createProgress({ quiet: options.quiet });
    this.training = new Training({
      folder,
      started: this.started,
      origin,
      random: new Random(about.seed).fork("learning"),
      progress: this.progress,
      signal: this.interruption.signal,
      checkpointEvery: 1000 * options.checkpointEvery,
      divideBatch: this.divideBatch,
      pauseAfter: options.pauseAfter,
      checkpoint: before.checkpoint,
      workers: workersOf(origin),
      helpers: {
        script: about.script,
        orders: { engine: engine.name, dataFolder: this.dataFolder, folder },
      },
      say: (line) => this.say(line),
    });
  }

  /** Where the paths of the spec's data begin. */
  get dataFolder(): string {
    const { options, before } = this;
    return resolve(options.data ?? (options.resume ? before.record?.dataFolder : undefined) ?? ".");
  }

  /** What the samples a step are divided by. */
  private get divideBatch(): number {
    const { options, before } = this;
    return options.divideBatch ?? (options.resume ? before.record?.batchDividedBy : undefined) ?? 1;
  }

  /**
   * Runs a script's body; tells what went wrong in a way that a person can act on, and sets the exit code: 0 done, 1 the data
   * is wrong, 3 the run failed, 130 interrupted (Ctrl-C keeps the last checkpoint). A run that paused as it was told is done for now.
   */
  async run(body: () => Promise<void>): Promise<void> {
    const interrupt = () => {
      if (this.interruption.signal.aborted) process.exit(exitCodes.interrupted);
      this.interruption.abort(new Interrupted());
    };
    process.on("SIGINT", interrupt);
    process.on("SIGTERM", interrupt);
    // The command that started this process was killed.
    process.on("disconnect", interrupt);
    this.lock?.onLost((reason) => this.interruption.abort(reason));
    let status = "failed";
    let [died, wentOn] = [false, false];
    try {
      await this.keepTrainer();
      // Until something is learned: measuring a run that is complete, even when it is killed, leaves it complete.
      await this.writeRecord(this.before.record?.status ?? "running");
      this.say(`engine    ${this.engine.name}: ${this.engine.detail}. ${this.engine.why}`);
      this.sayWhereItGoesOn();
      hearOfData((line) => this.say(line));
      await Promise.race([body(), engineFailure().then((failure) => Promise.reject(failure))]);
      status = this.restored ? (this.before.record?.status ?? "complete") : "complete";
      process.exitCode = exitCodes.done;
    } catch (error) {
      status = error instanceof Paused ? "paused" : error instanceof Interrupted ? "interrupted" : "failed";
      const failure = failureOf(error, this.engine.name);
      if (failure === undefined) process.exitCode = tell(error, this.folder);
      else {
        died = true;
        const { folder, training, restored, divideBatch, options, about } = this;
        const batch = training.began && !restored ? training.batch : undefined;
        const { smallerBatch } = options;
        await this.lock?.release();
        const after = await afterFailure(failure, {
          folder,
          batch,
          divideBatch,
          smallerBatch,
          script: about.script,
        });
        process.exitCode = after.exitCode;
        wentOn = after.wentOn;
      }
    } finally {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
      process.off("disconnect", interrupt);
      await this.training.end();
      // The process that went on has written it; so has one that took the folder over.
      if (!wentOn && this.lock?.lost !== true) await this.end(status);
      await this.lock?.release();
      // What still waits for an engine that died would wait for ever.
      if (died) process.exit();
      closeEngine();
    }
  }

  /** Says in run.json how it ended. A disk that is full may not have let it learn either: that was told already. */
  private async end(status: string): Promise<void> {
    try {
      await this.writeRecord(status);
      if (status === "complete" && this.training.began) await removeCheckpoint(this.folder);
    } catch (error) {
      if (writeErrorOf(error) === undefined) throw error;
      if (process.exitCode === exitCodes.done) process.exitCode = tell(error, this.folder);
    }
  }

  /**
   * Learns one stage, or what is left of it in a run that is resumed. Checkpoints are made on the way, at the end, and at an
   * interruption.
   */
  async fit<Inputs>(model: Model<Inputs>, data: Splits, stage: Stage<Inputs>): Promise<void> {
    const { names, statistics, tokenizers } = data;
    if (!this.training.began) await this.writeRecord("running");
    if (names !== undefined && !this.training.began) await writeNames(this.folder, names);
    if (statistics !== undefined && !this.training.began) await writeStatistics(this.folder, statistics);
    if (tokenizers !== undefined && !this.training.began) await writeTokenizers(this.folder, tokenizers);
    this.take(data);
    if (this.options.pauseAfter !== undefined)
      this.score = () => writeScores(this.folder, model, data, this.training.history.length);
    try {
      await this.training.fit(model, data, stage);
    } catch (error) {
      if (error instanceof Paused) await this.score?.();
      throw error;
    }
    await this.writeRecord("running");
    const { waiting } = this;
    if (data.train.stored !== undefined && waiting !== undefined)
      this.say(`data      Learning waited for it ${(100 * waiting.share).toFixed(1)} % of the time.`);
  }

  /** Keeps the samples, and tells once what became of those that were left out. */
  private take(data: Splits): void {
    if (this.splits === undefined && data.reading !== undefined)
      for (const line of readingLines(data.reading)) this.say(line);
    this.splits = data;
  }

  /** What whole numbers stood for when the run's model was trained; undefined where nothing needs a name. */
  names(): Promise<Names | undefined> {
    return readNames(this.folder);
  }

  /** What the inputs were standardised by when the run's model was trained; undefined where nothing is. */
  statistics(): Promise<RunStatistics | undefined> {
    return readStatistics(this.folder);
  }

  /** What texts were tokenised by when the run's model was trained; undefined where none is, or by words. */
  tokenizers(): Promise<Tokenizers | undefined> {
    return readTokenizers(this.folder);
  }

  /**
   * Fills a model with the run's saved weights.
   * @param data what it is measured on
   * @throws Error when there are none, or they belong to another spec
   */
  async restore<Inputs>(model: Model<Inputs>, data: Splits): Promise<void> {
    this.restored = true;
    this.take(data);
    const weights = await loadWeights(this.folder);
    model.parameters.assign(weights);
    weights.forEach(({ tensor }) => tensor.dispose());
  }

  /** Measures interactions sample by sample, and shows how far it is. */
  async measure<const Modalities extends readonly string[]>(
    predictions: Predictions,
    request: MeasureRequest<Modalities>,
  ): Promise<MeasuredPid> {
    const begin = performance.now();
    this.progress.stage(`pid ${request.measure}`, 100, 1);
    try {
      const measure = () =>
        estimatePid(predictions, request, async (fraction) => {
          this.progress.advance(Math.round(100 * fraction));
          await new Promise(setImmediate);
          this.interruption.signal.throwIfAborted();
        });
      return await apartFromSoftwareGpu(this.engine, measure);
    } finally {
      this.progress.done();
      const name = `pid ${request.measure}`;
      this.seconds[name] = (this.seconds[name] ?? 0) + (performance.now() - begin) / 1000;
    }
  }

  /** Writes metrics.json, pid.parquet and held-out.npz, and prints the table. */
  async report(findings: Findings): Promise<void> {
    const { model, seed, spec } = this.about;
    const about = { model, spec, seed, engine: this.engine.name, versions: await versions() };
    const sizes = this.splits && {
      train: this.splits.train.size,
      ...(this.splits.validation && { validation: this.splits.validation.size }),
      test: this.splits.test.size,
    };
    const content = await report(this.folder, about, findings, sizes, this.splits?.reading);
    await writeHeldOut(this.folder, findings.predictions);
    await this.score?.();
    if (this.options.json)
      process.stdout.write(`${JSON.stringify({ run: this.folder, ...content }, null, 2)}\n`);
    else if (!this.options.quiet) process.stdout.write(renderReport(content, this.folder));
  }

  private sayWhereItGoesOn(): void {
    if (!this.options.resume) return;
    const plan = this.before.checkpoint?.plan as RunPlan | undefined;
    if (plan === undefined) this.say("resume    from the beginning: nothing had been saved yet.");
    else if (plan.fit === undefined) this.say(`resume    after stage ${plan.ended}.`);
    else
      this.say(`resume    in stage ${plan.ended + 1}, epoch ${plan.fit.epoch}, after step ${plan.fit.step}.`);
  }

  /** How long steps waited for what they learn from, in this process. */
  private get waiting(): RunRecord["waitingForData"] {
    const { waited, learning } = this.training;
    return learning > 0 ? { seconds: waited, share: waited / learning } : undefined;
  }

  private say(line: string): void {
    if (!this.options.quiet) process.stderr.write(`${line}\n`);
  }

  /** Copies the trainer into the run, so that the run can be understood and repeated by itself. */
  private async keepTrainer(): Promise<void> {
    const from = dirname(fileURLToPath(this.about.script));
    const to = join(this.folder, "trainer");
    if (from === to) return;
    await mkdir(to, { recursive: true });
    for (const name of await readdir(from)) {
      if (/\.(ts|json|mmspec)$/.test(name)) await copyAtomically(join(from, name), join(to, name));
    }
    for (const name of this.about.imports ?? []) {
      for (const folder of [to, this.folder]) {
        if (!(await exists(join(from, name)))) continue;
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await copyAtomically(join(from, name), join(folder, name));
      }
    }
    const spec = join(from, basename(this.about.spec));
    if (await exists(spec)) await copyAtomically(spec, join(this.folder, basename(this.about.spec)));
  }

  /** run.json: what this run is, how it went, how long it took. */
  private async writeRecord(status: string): Promise<void> {
    const before = await readRecord(this.folder);
    const { history } = this.training;
    const { user, system } = process.cpuUsage();
    const waiting = this.waiting ?? before?.waitingForData;
    const record = {
      ...before,
      model: this.about.model,
      spec: this.about.spec,
      status,
      seed: this.about.seed,
      engine: this.engine,
      workers: workersOf(this.origin).count,
      versions: await versions(),
      dataFolder: this.dataFolder,
      ...(this.divideBatch > 1 && { batchDividedBy: this.divideBatch }),
      started: this.started.toISOString(),
      ended: new Date().toISOString(),
      seconds: { ...before?.seconds, ...this.training.seconds, ...this.seconds },
      // Of the process that wrote this.
      processorSeconds: (user + system) / 1e6,
      ...(this.splits?.reading && { reading: this.splits.reading }),
      peakMemory: 1024 * process.resourceUsage().maxRSS,
      ...(waiting && { waitingForData: waiting }),
      ...(history.length > 0 && { history }),
    };
    await writeAtomically(join(this.folder, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
  }
}

/** What run.json says that is read again. */
export interface RunRecord {
  status: string;
  engine: Engine;
  dataFolder: string;
  batchDividedBy?: number;
  started: string;
  seconds: Record<string, number>;
  /** How long steps had no batch to learn from, and what share of the learning that is. */
  waitingForData?: { seconds: number; share: number };
}

/** @returns undefined when there is none @throws CheckpointError when it is damaged */
export async function readRecord(folder: string): Promise<RunRecord | undefined> {
  const path = join(folder, "run.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as RunRecord;
  } catch (error) {
    throw new CheckpointError(
      `${path} is damaged (${(error as Error).message}). Put back a copy of it, or train anew.`,
    );
  }
}

class Interrupted extends Error {
  override name = "Interrupted";
}

/** Prints an error as a person wants it. @returns the exit code */
export function tell(error: unknown, folder: string | undefined): number {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  if (error instanceof Paused) return exitCodes.done;
  if (error instanceof Interrupted) {
    say(
      `\nInterrupted. \`mmspec resume ${folder}\` goes on from the last checkpoint; \`mmspec evaluate ${folder}\` measures what was learned so far.`,
    );
    return exitCodes.interrupted;
  }
  if (error instanceof DataError) {
    for (const problem of error.problems) say(problemText(problem));
    return exitCodes.data;
  }
  if (error instanceof UsageError) {
    say(error.message);
    return exitCodes.usage;
  }
  if (error instanceof FolderBusy) {
    say(`${error.message} Wait for it, or train into another folder.`);
    return exitCodes.data;
  }
  if (
    error instanceof WeightsError ||
    error instanceof CheckpointError ||
    error instanceof UntraceableError
  ) {
    say(error.message);
    return exitCodes.data;
  }
  if (error instanceof RunLost) {
    say(`\n${error.message}`);
    return exitCodes.failed;
  }
  const unwritten = writeErrorOf(error);
  if (unwritten !== undefined) {
    say(unwritten.message);
    if (folder !== undefined && unwritten.code !== "ENOENT")
      say(`\`mmspec resume ${folder}\` goes on from the last checkpoint.`);
    return exitCodes.failed;
  }
  if (error instanceof TeamError) {
    say(`A thread that shared the batches failed: ${error.message}`);
    if (folder !== undefined)
      say(
        `\`mmspec resume ${folder}\` goes on from the last checkpoint; \`train --workers 1\` needs no other thread.`,
      );
  } else if (error instanceof TrainingError || error instanceof EngineError) say(error.message);
  else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.failed;
}

function workersOf({ workers = { count: 1, always: true } }: Origin): Workers {
  return workers;
}

/** What a step takes however few samples it has, and what workers tell each other, leave little to be gained by more. */
const mostUnasked = 4;

/** Workers that share the batches of a run. An engine that has threads, or a device, of its own needs no more. */
function workersFor({ name }: Engine, { workers: asked, quiet }: ScriptOptions): Workers {
  const shares = name === "wasm" || name === "cpu";
  if (!shares && asked !== undefined && asked > 1 && !quiet)
    process.stderr.write(`workers   One: ${name} computes side by side by itself.\n`);
  if (!shares) return { count: 1, always: false };
  if (asked !== undefined) return { count: asked, always: true };
  return { count: Math.min(availableParallelism(), mostUnasked), always: false };
}

/**
 * Opens the run that a generated script is: reads the command line, opens the engine, makes the run's folder.
 * Ends the process with a message when one of them can't be done.
 */
export async function openSession(about: SessionOptions): Promise<Session> {
  const orders = helperOrders();
  if (orders !== undefined) return (await import("./helper.js")).openHelper(about, orders);
  outliveReaders();
  let lock: RunLock | undefined;
  try {
    const options = readOptions(process.argv.slice(2));
    if (options.workers !== undefined) useThreads(options.workers);
    const folder =
      options.run === undefined
        ? resolve(await createRunFolder("runs", about.model.toLowerCase()))
        : resolve(options.run);
    lock = await RunLock.take(folder, options);
    const record = await readRecord(folder);
    const checkpoint = options.resume ? await loadCheckpoint(folder) : undefined;
    if (options.resume && checkpoint === undefined) {
      if (record === undefined)
        throw new UsageError(`${folder} is not the folder of a run: it has no run.json.`);
      if (record.status === "complete") {
        process.stderr.write(`${folder} is complete: there is nothing left to learn.\n`);
        await lock.release();
        process.exit(exitCodes.done);
      }
    }
    const earlier = checkpoint && (checkpoint.plan as RunPlan).origin;
    const as = earlier ?? (options.resume ? record : undefined);
    const engine = await openEngine(options.engine ?? as?.engine.name);
    const workers =
      earlier && options.workers === undefined ? workersOf(earlier) : workersFor(engine, options);
    const origin = await originOf(dirname(fileURLToPath(about.script)), engine, workers);
    const changed = earlier ? changes(earlier, origin) : [];
    if (changed.length > 0) throw cannotResume(folder, changed);
    const before = { ...(record && { record }), ...(checkpoint && { checkpoint }) };
    return new Session(about, options, engine, folder, origin, before, lock);
  } catch (error) {
    await lock?.release();
    process.exit(tell(error, undefined));
  }
}
