import { MultiBar, type SingleBar } from "cli-progress";
import { Pace } from "./pace.js";
import type { SweepEnd, SweepListener } from "./run.js";
import { shownMetric, shownTime } from "./shown.js";
import type { SweepState } from "./state.js";
import type { Job } from "./trial.js";

export interface ProgressOptions {
  quiet: boolean;
  /** How often each rung is expected to be begun. */
  expected: readonly number[];
  /** Milliseconds that this call may take, and epochs that the sweep may. */
  time?: number | undefined;
  epochs?: number | undefined;
  stream?: NodeJS.WriteStream;
}

/** What runs, the best so far and the time left: bars on a terminal, a line an outcome elsewhere, nothing when quiet. */
export function sweepProgress({
  quiet,
  expected,
  time,
  epochs,
  stream = process.stderr,
}: ProgressOptions): SweepListener {
  if (quiet) return {};
  let state: SweepState;
  let pace: Pace;
  const begin = (opened: SweepState, before: number) => {
    state = opened;
    pace = new Pace(opened, expected, time, epochs);
    const { trials, seeds } = opened.plan;
    const many = seeds.length === 1 ? "" : ` with ${seeds.length} seeds each`;
    stream.write(
      `${trials.length} variants${many}; ${before === 0 ? "none was trained before" : `${before} results were there before`}\n`,
    );
  };
  const best = () => bestSoFar(state);
  const left = () => `time left ${shownTime(pace.left)}`;
  return stream.isTTY
    ? bars(stream, { begin, best, left, pace: () => pace })
    : lines(stream, { begin, best, left, pace: () => pace, state: () => state });
}

/** The variant that is best on the highest rung that one has come to, with its value. */
export function bestSoFar({ best, plan: { metric } }: SweepState): string {
  return best === undefined ? "" : `best ${best.trial}: ${metric.name} ${shownMetric(metric, best.value)}`;
}

const endings: Readonly<Record<SweepEnd, string>> = {
  done: "",
  budget: "The budget is spent.\n",
  stopped: "",
};

function jobName({ trial, seed }: Pick<Job, "trial" | "seed">, seeds: number): string {
  return seeds === 1 ? trial.name : `${trial.name} seed ${seed}`;
}

interface Parts {
  begin(state: SweepState, before: number): void;
  best(): string;
  left(): string;
  pace(): Pace;
}

function bars(stream: NodeJS.WriteStream, { begin, best, left, pace }: Parts): SweepListener {
  const multi = new MultiBar({
    stream,
    hideCursor: true,
    barsize: 24,
    barCompleteChar: "=",
    barIncompleteChar: " ",
    format: "  [{bar}] epoch {value}/{total} {name}",
  });
  const running = new Map<string, SingleBar>();
  let whole: SingleBar;
  let seeds = 1;
  const update = () => {
    whole.setTotal(pace().total);
    whole.update(pace().done, { best: best(), left: left() });
  };
  return {
    begin(state, before) {
      begin(state, before);
      seeds = state.plan.seeds.length;
      const format = "[{bar}] {percentage} % {left} {best}";
      whole = multi.create(pace().total, pace().done, { best: best(), left: left() }, { format });
    },
    start(job) {
      running.set(job.key, multi.create(job.epochs, job.from, { name: jobName(job, seeds) }));
    },
    epoch(job) {
      pace().epoch(job);
      running.get(job.key)?.increment();
      update();
    },
    outcome(outcome) {
      const { key, trial, status } = outcome;
      pace().outcome(outcome);
      const bar = running.get(key);
      if (bar !== undefined) multi.remove(bar);
      running.delete(key);
      if (status === "failed") multi.log(`${trial} failed\n`);
      update();
    },
    end(how) {
      for (const bar of running.values()) multi.remove(bar);
      multi.stop();
      stream.write(endings[how]);
    },
  };
}

function lines(
  stream: NodeJS.WriteStream,
  { begin, best, left, pace, state }: Parts & { state(): SweepState },
): SweepListener {
  return {
    begin,
    epoch(job) {
      pace().epoch(job);
    },
    outcome(outcome) {
      pace().outcome(outcome);
      const { metric, seeds } = state().plan;
      const name = seeds.length === 1 ? outcome.trial : `${outcome.trial} seed ${outcome.seed}`;
      const told =
        outcome.status === "failed"
          ? `failed: ${outcome.error.split("\n")[0]}`
          : `${metric.name} ${shownMetric(metric, outcome.validation[metric.name] as number)} after epoch ${outcome.epochs}`;
      stream.write(`${name}: ${told}, took ${outcome.seconds.toFixed(1)} s; ${best()}; ${left()}\n`);
    },
    end(how) {
      stream.write(endings[how]);
    },
  };
}
