import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { version } from "../compiler/index.js";
import { dataFiles, type DataFile } from "./data-files.js";
import { Journal, type SweepHeader } from "./journal.js";
import { chooseMetric, type Metric } from "./metrics.js";
import { SweepProblem } from "./problem.js";
import { rungCount } from "./rungs.js";
import { createScheduler, type SchedulerName } from "./schedulers/index.js";
import { SweepState } from "./state.js";
import type { SweepVariants } from "./trials.js";

export interface SweepSettings {
  scheduler: SchedulerName;
  /** One of so many goes on to the next rung. */
  eta: number;
  /** How many seeds each variant is trained with, counted from that of its spec. */
  seeds: number;
  metric: string | undefined;
  /** Of the order in which variants are taken. */
  seed: number;
  engine: string | undefined;
}

export interface OpenedSweep {
  journal: Journal;
  state: SweepState;
  /** About how many times each rung is begun in the whole sweep. */
  expected: number[];
  metric: Metric;
  /** Files that the variants read, from the folder of the spec, with their SHA-256. */
  files: DataFile[];
}

/**
 * Opens a sweep in a folder, or goes on with the one that is there.
 * @param file path of the spec
 * @param retry tries again what failed
 * @throws SweepProblem when the folder has another sweep, or a data file isn't there
 */
export async function openSweep(
  folder: string,
  file: string,
  { trials, ir, dataPaths, imports }: SweepVariants,
  settings: SweepSettings,
  { retry = false } = {},
): Promise<OpenedSweep> {
  const { scheduler: name, eta, seed, engine } = settings;
  const metric = chooseMetric(settings.metric, ir);
  const seeds = Array.from({ length: settings.seeds }, (_, i) => ir.training.seed + i);
  const rungs =
    name === "asha"
      ? rungCount(
          trials.map(({ epochs }) => epochs.last),
          eta,
        )
      : 1;
  const files = await dataFiles(dirname(file), dataPaths);
  const header: SweepHeader = {
    type: "sweep",
    mmspec: version,
    model: ir.name,
    variants: hash(JSON.stringify([trials.map((trial) => [trial.name, trial.spec]), ...imports])),
    data: hash(JSON.stringify(files)),
    scheduler: name,
    eta,
    rungs,
    metric: metric.name,
    seeds,
    seed,
    engine: engine ?? "",
  };
  const journal = await Journal.open(join(folder, "journal.jsonl"));
  const [before, ...lines] = journal.lines;
  if (before === undefined) await journal.append(header);
  else compareHeaders(folder, before as SweepHeader, header);
  const scheduler = createScheduler(name, { count: trials.length, rungs, eta, seed });
  const state = new SweepState({ trials, seeds, metric, rungs: { count: rungs, eta } }, scheduler);
  state.replay(lines, { retry });
  return { journal, state, expected: scheduler.expected(), metric, files };
}

/** What each part of the header is, for a person. */
const words: Readonly<Record<Exclude<keyof SweepHeader, "type">, string>> = {
  mmspec: "mmspec's version",
  model: "the model",
  variants: "the variants",
  data: "the data",
  scheduler: "--scheduler",
  eta: "--eta",
  rungs: "the number of rungs",
  metric: "--metric",
  seeds: "the seeds",
  seed: "--seed",
  engine: "--engine",
};

/** @throws SweepProblem when the results of one don't belong to the other */
function compareHeaders(folder: string, before: SweepHeader, now: SweepHeader): void {
  const names = Object.keys(words) as (keyof typeof words)[];
  const changed = names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]))
    .map((name) =>
      /^[0-9a-f]{64}$/.test(String(now[name]))
        ? `${words[name]} changed`
        : `${words[name]} was ${before[name] || "none"} and is ${now[name] || "none"}`,
    );
  if (changed.length === 0) return;
  throw new SweepProblem(
    `${folder} holds the results of another sweep: ${changed.join("; ")}. Put that back as it was to go on with it, or sweep into another folder: -o DIR.`,
  );
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
