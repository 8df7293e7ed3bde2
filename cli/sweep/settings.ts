import type { SchedulerName } from "../../sweep/index.js";
import { CommandError, exitCodes } from "../exit.js";
import type { QueueOptions } from "./queue-options.js";

/** The command line of `mmspec sweep FILE`. */
export interface SweepOptions extends QueueOptions {
  file: string;
  out: string | undefined;
  model: string | undefined;
  set: string | string[] | undefined;
  custom: boolean;
  scheduler: SchedulerName;
  eta: number;
  seeds: number;
  metric: string | undefined;
  seed: number;
  budget: string | undefined;
  epochs: number | undefined;
  jobs: number | undefined;
  engine: string | undefined;
  "checkpoint-every": number | undefined;
  "retry-failed": boolean;
  reports: number;
  "data-url": string | undefined;
  quiet: boolean;
  json: boolean;
}

/** @throws CommandError when a number makes no sense */
export function checkNumbers({
  seeds,
  eta,
  jobs,
  epochs,
  reports,
}: Pick<SweepOptions, "seeds" | "eta" | "jobs" | "epochs" | "reports">): void {
  const least: [string, number | undefined, number][] = [
    ["seeds", seeds, 1],
    ["eta", eta, 2],
    ["jobs", jobs, 1],
    ["epochs", epochs, 1],
    ["reports", reports, 0],
  ];
  for (const [name, value, from] of least)
    if (value !== undefined && !(Number.isInteger(value) && value >= from))
      throw new CommandError(`--${name} wants a whole number, ${from} or more.`, exitCodes.wrongUsage);
}
