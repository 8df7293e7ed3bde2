import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Queue, QueueEvents, type Job as QueuedJob } from "bullmq";
import type { Redis } from "ioredis";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import { syncFolder } from "../../runtime/runs/sync-folder.js";
import { exists } from "../../runtime/runs/exists.js";
import { version } from "../../compiler/index.js";
import type { DataFile } from "../data-files.js";
import { runFolder } from "../local.js";
import { isComplete, type Outcome } from "../outcome.js";
import type { Executor, SweepEnd } from "../run.js";
import type { SweepState } from "../state.js";
import type { Job } from "../trial.js";
import { unpackRun } from "./archive.js";
import type { ConnectionSettings } from "./connection.js";
import {
  jobId,
  keys,
  queueName,
  stateName,
  type JobMessage,
  type JobResult,
  type WorkerStatus,
} from "./messages.js";
import { noticesOf } from "./notices.js";
import type { Storage } from "./storage.js";

export interface CoordinatorOptions {
  /** Of the sweep. */
  folder: string;
  redis: Redis;
  settings: ConnectionSettings;
  storage: Storage;
  model: string;
  engine?: string | undefined;
  files: readonly DataFile[];
  dataUrl?: string | undefined;
  imports: ReadonlyMap<string, string>;
  customFiles: ReadonlyMap<string, string>;
  onEpoch(job: Job): void;
  say(line: string): void;
}

/** Milliseconds between two looks at what no event told of. */
const lookEvery = 3000;
/** Milliseconds between two counts of the workers. */
const countEvery = 1000;
/** Milliseconds that a server gets to say goodbye. */
const farewell = 3000;
/** Counts without a worker after which a person is told. */
const patience = 5;
/** Jobs on the queue for each that can be done now: enough that nobody waits for the next, few enough that the queue stays short and promotions aren't late. */
const ahead = 1.5;
/** Times that a job is tried again when a worker can't do it, or dies with it, before it counts as failed. */
export const mostAttempts = 20;
/** Seconds after which the server forgets what no sweep asked for. */
const keep = 7 * 24 * 3600;

type Queued = QueuedJob<JobMessage, JobResult>;

interface Outstanding {
  job: Job;
  /** Epochs that were told. */
  epochs: number;
  done(outcome: Outcome | undefined): void;
}

/**
 * Has the jobs done by workers on any machine. What came of a job stays on the server until it is in the journal; a job's name is the same whenever it is put on the
 * queue, so that none is there twice, and a job that the server lost is put there again.
 */
export class QueueExecutor implements Executor {
  private readonly queue: Queue<JobMessage, JobResult>;
  private readonly events: QueueEvents;
  private readonly outstanding = new Map<string, Outstanding>();
  private readonly timers: NodeJS.Timeout[];
  private slots = 0;
  /** Counts without a worker. */
  private lonely = 0;

  private constructor(
    /** Which sweep this is, for workers. */
    readonly id: string,
    private readonly about: CoordinatorOptions,
  ) {
    const { settings } = about;
    this.queue = new Queue(queueName, { connection: settings });
    this.events = new QueueEvents(queueName, { connection: settings });
    // They connect again by themselves; the sweep's own connection tells of it.
    this.queue.on("error", () => undefined);
    this.events.on("error", () => undefined);
    this.events.on("completed", ({ jobId: id }) => this.lookSoon(id));
    this.events.on("failed", ({ jobId: id }) => this.lookSoon(id));
    this.events.on("progress", ({ jobId: id, data }) => this.progress(id, Number(data)));
    this.timers = [
      setInterval(() => void this.lookAtAll(), lookEvery),
      setInterval(() => void this.countWorkers(), countEvery),
    ];
  }

  /** @param about the sweep; its folder keeps the name under which workers know it */
  static async open(about: CoordinatorOptions): Promise<QueueExecutor> {
    const path = join(about.folder, "queue.json");
    const text = await readFile(path, "utf8").catch(() => undefined);
    const id = text === undefined ? randomBytes(8).toString("hex") : (JSON.parse(text) as { id: string }).id;
    if (text === undefined) await writeAtomically(path, `${JSON.stringify({ id })}\n`);
    const executor = new QueueExecutor(id, about);
    await executor.countWorkers();
    return executor;
  }

  capacity(): number {
    return Math.max(2, Math.ceil(ahead * this.slots));
  }

  async run(job: Job, signal: AbortSignal): Promise<Outcome | undefined> {
    const id = jobId({ sweep: this.id, key: job.key });
    let done: Outstanding["done"] = () => undefined;
    const ended = new Promise<Outcome | undefined>((resolve) => (done = resolve));
    this.outstanding.set(id, { job, epochs: 0, done });
    const stop = () => {
      done(undefined);
      // One that a worker has goes on: its result waits for the next call.
      void this.queue.remove(id).catch(() => undefined);
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      void this.put(id, job)
        .then(() => this.look(id))
        .catch(() => undefined);
      return await ended;
    } finally {
      signal.removeEventListener("abort", stop);
      this.outstanding.delete(id);
    }
  }

  /** The outcome is in the journal: fetches the run that is complete, and takes off the server what nobody needs any more. */
  async settled(job: Job, outcome: Outcome): Promise<void> {
    const run = { trial: job.trial.name, seed: job.seed };
    if (isComplete(outcome)) await this.collect(run);
    if (outcome.status === "failed") await this.about.storage.remove(this.id, stateName(run));
    const queued = await this.queue.getJob(jobId({ sweep: this.id, key: job.key }));
    await queued?.remove().catch(() => undefined);
  }

  /** Puts a complete run into the sweep's folder, unless it is there. */
  async collect(run: { trial: string; seed: number }): Promise<void> {
    const { folder, storage } = this.about;
    const to = runFolder(folder, run);
    if (!(await exists(join(to, "metrics.json")))) {
      const archive = await storage.load(this.id, stateName(run));
      if (archive === undefined) return;
      const temporary = `${to}.${randomBytes(6).toString("hex")}.tmp`;
      await mkdir(dirname(to), { recursive: true });
      try {
        await unpackRun(archive, temporary);
        await rm(to, { recursive: true, force: true });
        await rename(temporary, to);
        await syncFolder(dirname(to));
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
    }
    await storage.remove(this.id, stateName(run));
  }

  /** Fetches complete runs that an earlier call had no time for; when all is done, takes what paused runs learned off the server. */
  async finish({ outcomes, plan }: SweepState, how: SweepEnd): Promise<void> {
    for (const outcome of outcomes.values()) if (isComplete(outcome)) await this.collect(outcome);
    // Those that a call was killed with, after their outcomes were written down.
    for (const queued of await this.queue.getJobs(["completed", "failed"]))
      if (queued.data.sweep === this.id && outcomes.has(queued.data.key)) await queued.remove();
    if (how !== "done") return;
    for (const { name } of plan.trials)
      for (const seed of plan.seeds)
        await this.about.storage.remove(this.id, stateName({ trial: name, seed }));
  }

  async close(): Promise<void> {
    this.timers.forEach(clearInterval);
    const { queue, events } = this;
    // A server that doesn't answer is left without a word.
    const ended = await Promise.race([
      Promise.allSettled([queue.close(), events.close()]),
      wait(farewell, "late" as const, { ref: false }),
    ]);
    if (ended === "late") for (const one of [queue, events]) void one.disconnect().catch(() => undefined);
  }

  private async put(id: string, job: Job): Promise<void> {
    const { model, engine, files, dataUrl, imports, customFiles } = this.about;
    const { key, trial, seed, rung, from, epochs } = job;
    const message: JobMessage = {
      ...{ sweep: this.id, key, mmspec: version, model, trial: trial.name, choices: trial.choices },
      ...{ spec: trial.spec, seed, rung, from, epochs, files },
      ...(engine !== undefined && { engine }),
      ...(dataUrl !== undefined && { dataUrl }),
      imports: Object.fromEntries(imports),
      custom: Object.fromEntries(customFiles),
    };
    await this.queue.add("train", message, {
      jobId: id,
      attempts: mostAttempts,
      backoff: { type: "fixed", delay: 1000 },
      removeOnComplete: { age: keep },
      removeOnFail: { age: keep },
    });
  }

  /** Looks what became of a job. */
  private async look(id: string): Promise<void> {
    const own = this.outstanding.get(id);
    if (own === undefined) return;
    const queued = (await this.queue.getJob(id)) as Queued | undefined;
    if (queued === undefined) {
      // The server lost it, or another program took it away.
      if (this.outstanding.has(id)) await this.put(id, own.job);
      return;
    }
    if (await queued.isCompleted()) {
      // It may have been read before it was complete.
      const complete = (await this.queue.getJob(id)) as Queued | undefined;
      if (complete?.returnvalue) own.done(complete.returnvalue);
      return;
    }
    if (!(await queued.isFailed())) return;
    const { key, trial, seed, rung } = own.job;
    const error = `The queue gave it up: ${queued.failedReason}`;
    own.done({ key, trial: trial.name, seed, rung, seconds: 0, status: "failed", error });
  }

  /** What can't be looked at now is looked at with all others. */
  private lookSoon(id: string): void {
    void this.look(id).catch(() => undefined);
  }

  private async lookAtAll(): Promise<void> {
    for (const id of [...this.outstanding.keys()]) await this.look(id).catch(() => undefined);
  }

  private progress(id: string, epochs: number): void {
    const own = this.outstanding.get(id);
    if (own === undefined) return;
    // One that was taken over counts from its checkpoint.
    for (; own.epochs < epochs; own.epochs++) this.about.onEpoch(own.job);
  }

  private async countWorkers(): Promise<void> {
    const workers = await workersOf(this.about.redis).catch(() => undefined);
    if (workers === undefined) return;
    this.slots = workers.reduce((sum, { jobs }) => sum + jobs, 0);
    if (this.slots > 0) this.lonely = 0;
    else if (++this.lonely === patience)
      this.about.say("No worker listens: start some with `mmspec worker --queue ...`.");
  }
}

/** Seconds after which a worker that says nothing counts as gone. */
const forgotten = 15;

/** The workers that said something in the last seconds. */
export async function workersOf(redis: Redis): Promise<WorkerStatus[]> {
  return (await noticesOf<WorkerStatus>(redis, keys.workers, forgotten)).map(({ value }) => value);
}
