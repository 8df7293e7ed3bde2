import type { Redis } from "ioredis";
import { Pace } from "../pace.js";
import { bestSoFar } from "../progress.js";
import type { SweepListener } from "../run.js";
import { shownTime } from "../shown.js";
import type { SweepState } from "../state.js";
import { valuesOf, workersOf } from "./coordinator.js";
import { forgotten, keys, type SweepStatus, type WorkerStatus } from "./messages.js";

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
      updated: new Date().toISOString(),
      ...(ended !== undefined && { end: ended }),
    };
    await redis.set(keys.sweep(id), JSON.stringify(status), "EX", forgotten.sweep);
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
      await tell();
    },
  };
}

export interface Watched {
  sweeps: SweepStatus[];
  workers: WorkerStatus[];
}

/** What all sweeps of a server and their workers do at the moment. */
export async function watched(redis: Redis): Promise<Watched> {
  const sweeps = await valuesOf<SweepStatus>(redis, keys.sweeps);
  const byTime = (a: SweepStatus, b: SweepStatus) => (a.updated < b.updated ? 1 : -1);
  return { sweeps: sweeps.sort(byTime), workers: await workersOf(redis) };
}

/** The same for people. @param now milliseconds since 1970 */
export function watchedText({ sweeps, workers }: Watched, now = Date.now()): string {
  const slots = workers.reduce((sum, { jobs }) => sum + jobs, 0);
  const lines = sweeps.map(
    ({ model, spec, end, updated, left, best, learned, total, variants, outcomes, failed }) => {
      const silent = (now - Date.parse(updated)) / 1000;
      const how =
        end !== undefined
          ? { done: "done", budget: "its budget is spent", stopped: "stopped" }[end]
          : silent > 10
            ? `nothing heard for ${shownTime(silent)}`
            : `time left ${shownTime(left ?? NaN)}`;
      return `${model} (${spec}): ${variants} variants, ${outcomes} results, ${failed} failed, ${learned} of about ${total} epochs; ${best === "" ? "" : `${best}; `}${how}`;
    },
  );
  return [
    ...(lines.length === 0 ? ["no sweep"] : lines),
    `${workers.length} workers, ${slots} side by side`,
    ...workers.map(({ id, running }) => `  ${id}: ${running.length === 0 ? "waits" : running.join(", ")}`),
  ].join("\n");
}
