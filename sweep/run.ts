import { setMaxListeners } from "node:events";
import type { Journal } from "./journal.js";
import type { Outcome } from "./outcome.js";
import type { SweepState } from "./state.js";
import type { Job } from "./trial.js";

/** Does jobs: on this machine, or on others. */
export interface Executor {
  /** How many jobs it can use at the moment; more would only wait. */
  capacity(): number;
  /** @returns what came of it; undefined when it was stopped */
  run(job: Job, signal: AbortSignal): Promise<Outcome | undefined>;
  /** The outcome is in the journal. */
  settled?(job: Job, outcome: Outcome): Promise<void>;
  /** Nothing more is begun, and nobody waits for the end. */
  finish?(state: SweepState, how: SweepEnd): Promise<void>;
}

/** Hears of what happens in a sweep. */
export interface SweepListener {
  /** @param before how many outcomes an earlier call had */
  begin?(state: SweepState, before: number): void;
  start?(job: Job): void;
  epoch?(job: Job): void;
  outcome?(outcome: Outcome): void;
  end?(how: SweepEnd): void;
}

/** Why a sweep ended: all is trained, the budget is spent, or it was stopped. */
export type SweepEnd = "done" | "budget" | "stopped";

export interface RunOptions {
  state: SweepState;
  journal: Journal;
  executor: Executor;
  listeners: readonly SweepListener[];
  signal: AbortSignal;
  /** Milliseconds that this call may take. */
  time?: number | undefined;
  /** Epochs that all jobs of the sweep together may learn. */
  epochs?: number | undefined;
}

/**
 * Goes on with a sweep until there is nothing left to train, the budget is spent, or it is stopped. An outcome is in the journal before
 * anything follows from it. What is under way at the end is left at its checkpoint.
 */
export async function runSweep(options: RunOptions): Promise<SweepEnd> {
  const { state, journal, executor, listeners, signal, time, epochs = Infinity } = options;
  const out = time === undefined ? undefined : AbortSignal.timeout(time);
  const stop = AbortSignal.any([signal, ...(out ? [out] : [])]);
  // Each job under way listens.
  setMaxListeners(0, stop);
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
  const waiting = state.openJobs();
  const active = new Map<string, { job: Job; done: Promise<void> }>();
  let learned = state.learned;
  let broken: { error: unknown } | undefined;
  const tell = (what: (listener: SweepListener) => void) => listeners.forEach(what);

  const count = async (outcome: Outcome) => {
    await journal.append({ type: "outcome", ...outcome });
    if (!state.record(outcome)) return;
    if (outcome.status === "done") learned += outcome.learned;
    tell((listener) => listener.outcome?.(outcome));
  };
  /** The next job, when there is one now. */
  const take = async (): Promise<Job | undefined> => {
    while (waiting.length === 0) {
      const task = state.next();
      if (task === undefined) return undefined;
      await journal.append({
        type: "task",
        trial: state.plan.trials[task.trial]?.name as string,
        rung: task.rung,
      });
      state.begin(task);
      waiting.push(...state.jobsOf(task));
    }
    return waiting[0];
  };
  const planned = () =>
    learned + [...active.values()].reduce((sum, { job }) => sum + job.epochs - job.from, 0);

  const work = async (job: Job) => {
    const known = state.already(job);
    if (known === undefined) tell((listener) => listener.start?.(job));
    const outcome = known ?? (await executor.run(job, stop));
    if (outcome === undefined) return;
    await count(outcome);
    // The next call settles what a stop leaves.
    if (known === undefined) await Promise.race([executor.settled?.(job, outcome), stopped]);
  };
  let spent: boolean;
  tell((listener) => listener.begin?.(state, state.outcomes.size));
  for (;;) {
    spent = false;
    while (!stop.aborted && broken === undefined && active.size < executor.capacity()) {
      const job = await take();
      if (job === undefined) break;
      spent = planned() + job.epochs - job.from > epochs;
      if (spent) break;
      waiting.shift();
      const done = work(job)
        .catch((error: unknown) => void (broken ??= { error }))
        .finally(() => active.delete(job.key));
      active.set(job.key, { job, done });
    }
    if (active.size === 0) break;
    // Where workers come and go the capacity changes too.
    await Promise.race([...[...active.values()].map(({ done }) => done), pause(1000)]);
  }
  if (broken !== undefined) throw broken.error;
  const how: SweepEnd = signal.aborted ? "stopped" : stop.aborted || spent ? "budget" : "done";
  if (how !== "stopped") await executor.finish?.(state, how);
  tell((listener) => listener.end?.(how));
  return how;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
