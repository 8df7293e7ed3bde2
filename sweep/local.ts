import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { awaitOrphan, forgetTrainer, noteTrainer } from "./orphan.js";
import type { Executor } from "./run.js";
import { trainJob, type TrainerOptions } from "./train-job.js";
import type { Job } from "./trial.js";

/** Where a variant's run with a seed lies in a sweep's folder. */
export function runFolder(folder: string, { trial, seed }: { trial: string; seed: number }): string {
  return join(folder, "runs", trial, `seed-${seed}`);
}

/** Trains on this machine, so many runs side by side, each in a process of its own. */
export function localExecutor(
  folder: string,
  jobs: number,
  trainer: TrainerOptions,
  onEpoch: (job: Job) => void,
): Executor {
  return {
    capacity: () => jobs,
    async run(job, signal) {
      const own = runFolder(folder, { trial: job.trial.name, seed: job.seed });
      await mkdir(own, { recursive: true });
      await awaitOrphan(own, signal);
      const outcome = await trainJob(job, trainer, {
        folder: own,
        signal,
        onStart: (pid) => noteTrainer(own, pid),
        onEpoch: () => onEpoch(job),
      });
      await forgetTrainer(own);
      return outcome;
    },
  };
}
