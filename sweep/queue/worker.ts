import { randomBytes } from "node:crypto";
import { mkdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { UnrecoverableError, WaitingError, Worker, type Job as QueuedJob } from "bullmq";
import type { Redis } from "ioredis";
import { version } from "../../compiler/index.js";
import { SweepProblem } from "../problem.js";
import { trainJob, type TrainerOptions } from "../train-job.js";
import type { Job } from "../trial.js";
import { packRun, unpackRun } from "./archive.js";
import { DataStore } from "./data.js";
import type { ConnectionSettings } from "./connection.js";
import {
  isPlainName,
  keys,
  queueName,
  stateName,
  type JobMessage,
  type JobResult,
  type WorkerStatus,
} from "./messages.js";
import { putNotice } from "./notices.js";
import type { Storage } from "./storage.js";

export interface WorkerSettings {
  redis: Redis;
  settings: ConnectionSettings;
  storage: Storage;
  /** Runs side by side. */
  jobs: number;
  /** What runs a trainer's script. */
  command: TrainerOptions["command"];
  /** Where the data's paths begin on this machine. */
  data?: string | undefined;
  /** Where runs and fetched data lie while they are needed. */
  work: string;
  /** False refuses variants with `custom` layers: their code comes over the queue. */
  custom: boolean;
  checkpointEvery?: number | undefined;
  /** Seconds without a sign of life after which another worker takes a job over. */
  lease: number;
  /** Seconds without a job after which it ends; it stays when it is left out. */
  idle?: number | undefined;
  signal: AbortSignal;
  say(line: string): void;
}

/** Milliseconds between two looks for a new checkpoint. */
const lookEvery = 1000;
/** Milliseconds between two signs of life, for those who watch and count. */
const beatEvery = 3000;
/** Takeovers of one job before it counts as failed: it may be what kills the workers. */
const mostTakeovers = 20;

/**
 * Takes variants from the queue and trains them until it is stopped. What it learns is stored whenever a checkpoint is made, so that whoever takes a variant over
 * goes on from there; when it is stopped it puts back what it was at.
 * @throws SweepProblem when this machine can't do what a sweep wants: the data is missing or another, or mmspec has another version
 */
export async function runWorker(settings: WorkerSettings): Promise<void> {
  const { redis, settings: connection, jobs, lease, idle, signal, say } = settings;
  const id = `${hostname()}-${process.pid}-${randomBytes(3).toString("hex")}`;
  const work = join(settings.work, id);
  const data = new DataStore(settings.data, join(settings.work, "data"));
  const running = new Set<string>();
  const closing = new AbortController();
  let problem: SweepProblem | undefined;
  let last = performance.now();

  const take = async (
    queued: QueuedJob<JobMessage, JobResult>,
    token = "",
    lost?: AbortSignal,
  ): Promise<JobResult> => {
    const message = queued.data;
    if (![message.sweep, message.trial, stateName(message)].every(isPlainName))
      throw new UnrecoverableError("The job's names are none of a sweep.");
    running.add(message.key);
    // One that was lost may still be stopping while this worker takes it again.
    const folder = join(work, `${stateName(message)}-${randomBytes(4).toString("hex")}`);
    try {
      const stop = AbortSignal.any([closing.signal, ...(lost ? [lost] : [])]);
      const begin = performance.now();
      say(`${message.key}: taken`);
      const outcome = await train(queued, { ...settings, data, folder, stop });
      if (outcome === undefined) {
        if (lost?.aborted) throw new Error("Another worker took it over.");
        await putBack(queued, token);
      }
      const how =
        outcome?.status === "done" ? `epoch ${outcome.epochs}` : `failed: ${outcome?.error.split("\n")[0]}`;
      say(`${message.key}: ${how}, took ${((performance.now() - begin) / 1000).toFixed(1)} s`);
      return outcome as JobResult;
    } catch (error) {
      if (error instanceof SweepProblem) {
        problem ??= error;
        void close();
        await putBack(queued, token);
      }
      throw error;
    } finally {
      running.delete(message.key);
      last = performance.now();
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  };
  const worker = new Worker<JobMessage, JobResult>(queueName, take, {
    connection,
    concurrency: jobs,
    lockDuration: 1000 * lease,
    stalledInterval: 1000 * lease,
    maxStalledCount: mostTakeovers,
  });
  worker.on("error", () => undefined);
  // The lease is gone: another worker has the job.
  worker.on("lockRenewalFailed", (ids) => ids.forEach((one) => worker.cancelJob(one)));

  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= (async () => {
      const ended = worker.close();
      closing.abort(signal.reason);
      await ended;
    })();
    return closed;
  };
  const beat = async () => {
    const status: WorkerStatus = { id, host: hostname(), pid: process.pid, jobs, running: [...running] };
    await putNotice(redis, keys.workers, id, status);
  };
  const heartbeat = setInterval(() => void beat().catch(() => undefined), beatEvery);
  await beat();
  say(`worker ${id}: ${jobs} side by side`);
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      const bored = idle !== undefined && running.size === 0 && performance.now() - last > 1000 * idle;
      if (!signal.aborted && !bored && closed === undefined) return;
      clearInterval(look);
      resolve();
    }, 100);
  });
  await close();
  clearInterval(heartbeat);
  await redis.hdel(keys.workers, id).catch(() => undefined);
  await rm(work, { recursive: true, force: true });
  if (problem !== undefined) throw problem;
}

/** Gives a job back, so that another worker takes it; it doesn't count as an attempt. */
async function putBack(queued: QueuedJob, token: string): Promise<never> {
  await queued.moveToWait(token);
  throw new WaitingError();
}

interface TrainContext extends Omit<WorkerSettings, "data"> {
  data: DataStore;
  folder: string;
  stop: AbortSignal;
}

/** @returns what came of it; undefined when it was stopped @throws SweepProblem when this machine can't */
async function train(
  queued: QueuedJob<JobMessage, JobResult>,
  { command, data, storage, custom, checkpointEvery, folder, stop, say }: TrainContext,
): Promise<JobResult | undefined> {
  const message = queued.data;
  const { sweep, model, seed, rung, from, epochs, key, engine } = message;
  if (message.mmspec !== version)
    throw new SweepProblem(
      `The sweep was begun by mmspec ${message.mmspec}, and this worker is ${version}: install that version.`,
    );
  if (Object.keys(message.custom).length > 0 && !custom)
    throw new SweepProblem(
      `The sweep has \`custom\` layers (${Object.keys(message.custom).join(", ")}), whose code this worker doesn't run: start it with --custom if you trust the queue.`,
    );
  const dataFolder = await data.provide(message.files, message.dataUrl);
  const name = stateName(message);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const before = await storage.load(sweep, name);
  if (before !== undefined) await unpackRun(before, folder);

  const job: Job = {
    ...{ key, seed, rung, from, epochs },
    // What it costs is known by the sweep.
    trial: {
      name: message.trial,
      choices: message.choices,
      spec: message.spec,
      parameters: 0,
      flops: 0,
      epochs: { before: 0, last: epochs },
    },
  };
  let learned = 0;
  let told = 0;
  let stored = await checkpointTime(folder);
  let storing = false;
  const store = async () => storage.save(sweep, name, await packRun(folder));
  const look = async () => {
    if (told < learned) await queued.updateProgress((told = learned));
    const time = await checkpointTime(folder);
    if (time === stored) return;
    await store();
    stored = time;
  };
  const timer = setInterval(() => {
    if (storing) return;
    storing = true;
    look()
      .catch((error: unknown) => say(`${key}: the checkpoint can't be stored: ${(error as Error).message}`))
      .finally(() => (storing = false));
  }, lookEvery);
  try {
    const outcome = await trainJob(
      job,
      {
        ...{ command, data: dataFolder, model, engine, checkpointEvery, custom },
        imports: new Map(Object.entries(message.imports)),
        customFiles: new Map(Object.entries(message.custom)),
      },
      { folder, signal: stop, onEpoch: () => learned++ },
    );
    // Also of one that was stopped: whoever takes it goes on from here.
    if (outcome?.status !== "failed") await store();
    return outcome;
  } finally {
    clearInterval(timer);
  }
}

async function checkpointTime(folder: string): Promise<number> {
  return (await stat(join(folder, "checkpoint.safetensors")).catch(() => undefined))?.mtimeMs ?? 0;
}
