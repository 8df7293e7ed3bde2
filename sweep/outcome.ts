import type { PidSummary, ReportContent } from "../runtime/session/report.js";

/** What came of one job: a line of the journal, counted once by its key. */
export type Outcome = Scored | Failed;

interface Common {
  key: string;
  trial: string;
  seed: number;
  rung: number;
  /** Wall time that the job took, in seconds; where a rung goes on from another, that of the last part alone. */
  seconds: number;
}

export interface Scored extends Common {
  status: "done";
  /** Epochs of all stages that were learned in the whole. */
  epochs: number;
  /** Of these, those that this job learned. */
  learned: number;
  /** On the validation split, by the metric's name. */
  validation: Readonly<Record<string, number>>;
  /** What the run is worth on the test split, where it was trained to its end. */
  test?: TestFindings;
}

export interface Failed extends Common {
  status: "failed";
  error: string;
}

/** Of a run's metrics.json, what a ranking tells. */
export interface TestFindings {
  metrics: ReportContent["metrics"];
  pid: readonly Pick<PidSummary, "measure" | "unit" | "modalities" | "on" | "mean">[];
}

/** Whether a seed of a variant has nothing left to learn. */
export function isComplete(outcome: Outcome | undefined): boolean {
  return outcome?.status === "done" && outcome.test !== undefined;
}
