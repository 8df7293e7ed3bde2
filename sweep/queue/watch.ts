import { setTimeout as wait } from "node:timers/promises";
import type { Redis } from "ioredis";
import { Pace } from "../pace.js";
import { bestSoFar } from "../progress.js";
import type { SweepListener } from "../run.js";
import { shownTime } from "../shown.js";
import type { SweepState } from "../state.js";
import { workersOf } from "./coordinator.js";
import { keys, type SweepStatus, type WorkerStatus } from "./messages.js";
import { noticesOf, putNotice } from "./notices.js";

/** Milliseconds between two statuses. */
const tellEvery = 1000;

/** Tells the server how far a sweep is, for whoever watches. */
export function publisher(
  redis: Redis,
  about: {
    id: string;
    model: string;
    spec: string;
    expected: readonly number[];
    time?: number | undefined;
    epochs?: number | undefined;
  },
): SweepListener & { close(): Promise<void> } {
  let state: SweepState | undefined;
  let pace: Pace | undefined;
  let ended: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const { id, model, spec } = about;
  const tell = async () => {
    if (state === undefined || pace === undefined) return;
    const outcomes = [...state.outcomes.values()];
    const status: SweepStatus = {
      ...{ id, model, spec, variants: state.plan.trials.length, outcomes: outcomes.length },
      failed: outcomes.filter((one) => one.status === "failed").length,
      ...{ learned: pace.done, total: pace.total, best: bestSoFar(state) },
      left: Number.isFinite(pace.left) ? pace.left : null,
      ...(ended !== undefined && { end: ended }),
    };
    await putNotice(redis, keys.sweeps, id, status);
  };
  return {
    begin(opened) {
      state = opened;
      pace = new Pace(opened, about.expected, about.time, about.epochs);
      timer = setInterval(() => void tell().catch(() => undefined), tellEvery);
    },
    epoch: (job) => pace?.epoch(job),
    outcome: (outcome) => pace?.outcome(outcome),
    end: (how) => void (ended = how),
    async close() {
      clearInterval(timer);
      // A server that doesn't answer isn't waited for.
      await Promise.race([tell(), wait(1000, undefined, { ref: false })]);
    },
  };
}

/** Seconds after which a sweep that says nothing isn't shown any more. */
const forgotten = 24 * 3600;

export interface Watched {
  /** @property silent seconds since the sweep said so */
  sweeps: (SweepStatus & { silent: number })[];
  workers: WorkerStatus[];
}

/** What all sweeps of a server and their workers do at the moment; the sweep that spoke last comes first. */
export async function watched(redis: Redis): Promise<Watched> {
  const notices = await noticesOf<SweepStatus>(redis, keys.sweeps, forgotten);
  const sweeps = notices.map(({ value, age }) => ({ ...value, silent: age }));
  return { sweeps: sweeps.sort((a, b) => a.silent - b.silent), workers: await workersOf(redis) };
}

const ends: Readonly<Record<string, string>> = {
  done: "done",
  budget: "its budget is spent",
  stopped: "stopped",
};

/** The same for people. */
export function watchedText({ sweeps, workers }: Watched): string {
  const slots = workers.reduce((sum, { jobs }) => sum + jobs, 0);
  const lines = sweeps.map(({ model, spec, variants, outcomes, failed, learned, total, ...sweep }) => {
    const counts = `${variants} variants, ${outcomes} results, ${failed} failed, ${learned} of about ${total} epochs`;
    const parts = [counts, ...(sweep.best === "" ? [] : [sweep.best]), howOf(sweep)];
    return `${model} (${spec}): ${parts.join("; ")}`;
  });
  return [
    ...(lines.length === 0 ? ["no sweep"] : lines),
    `${workers.length} workers, ${slots} side by side`,
    ...workers.map(({ id, running }) => `  ${id}: ${running.length === 0 ? "waits" : running.join(", ")}`),
  ].join("\n");
}

function howOf({ end, silent, left }: Pick<Watched["sweeps"][number], "end" | "silent" | "left">): string {
  if (end !== undefined) return ends[end] ?? end;
  if (silent > 10) return `nothing heard for ${shownTime(silent)}`;
  return `time left ${shownTime(left ?? NaN)}`;
}
