import { version } from "../../compiler/index.js";
import type { Cell } from "../cells.js";
import type { Cut } from "../spec.js";
import type { Study } from "../study.js";
import type { CellResult } from "./cell-result.js";
import {
  summarise,
  summariseClosing,
  summariseConfusion,
  type ClosingSummary,
  type ConfusionSummary,
  type MeasureSummary,
} from "./summary.js";

/** results.json: all that a study found. */
export interface StudyContent {
  study: string;
  question: string;
  mmspec: string;
  /** What the command line changed; empty when nothing. */
  cut: Cut;
  seeds: number;
  cells: { all: number; done: number; failed: number };
  engines: string[];
  cost: Cost;
  /** How each task was learned, by row. */
  tasks: { rows: string[]; samples?: number; epochs: number; settings: readonly string[] }[];
  measures: MeasureSummary[];
  closes?: ClosingSummary;
  confusion?: ConfusionSummary[];
  results: CellResult[];
}

/** What a study takes. */
export interface Cost {
  /** Of the processes that learned and measured. */
  processorSeconds: number;
  /** Minutes that the study takes on two cores that do nothing else, by the processor time of its runs and of compiling their specs. */
  minutesOnTwoCores: number;
}

/** Processor time to compile a spec and to start, in seconds, besides what the run itself takes. */
const startSeconds = 1;

export function costOf(results: readonly CellResult[]): Cost {
  const processorSeconds = results.reduce((sum, result) => sum + (result.processorSeconds ?? 0), 0);
  return {
    processorSeconds,
    minutesOnTwoCores: (processorSeconds + startSeconds * results.length) / 2 / 60,
  };
}

export function contentOf(
  study: Study,
  cut: Cut,
  { cells, results }: { cells: readonly Cell[]; results: readonly CellResult[] },
): StudyContent {
  const closes = summariseClosing(study, results);
  const confusion = summariseConfusion(study, results);
  const done = results.filter(({ status }) => status === "done");
  return {
    study: study.name,
    question: study.question,
    mmspec: version,
    cut,
    seeds: study.seeds,
    cells: { all: cells.length, done: done.length, failed: results.length - done.length },
    engines: [...new Set(done.flatMap(({ engine }) => engine ?? []))],
    cost: costOf(done),
    tasks: tasksOf(study, cut),
    measures: summarise(study, results),
    ...(closes && { closes }),
    ...(confusion.length > 0 && { confusion }),
    results: [...results],
  };
}

function tasksOf({ rows }: Study, cut: Cut): StudyContent["tasks"] {
  const tasks = new Map<string, StudyContent["tasks"][number]>();
  for (const { name, task } of rows) {
    const own = {
      ...(task.samples !== undefined && { samples: cut.samples ?? task.samples }),
      epochs: cut.epochs ?? task.recipe.epochs,
      settings: task.recipe.settings,
    };
    const key = JSON.stringify(own);
    const known = tasks.get(key) ?? { rows: [], ...own };
    known.rows.push(name);
    tasks.set(key, known);
  }
  return [...tasks.values()];
}
