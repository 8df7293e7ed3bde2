import type { DataFile } from "../data-files.js";
import type { Outcome } from "../outcome.js";

/** All jobs of all sweeps of a server; each worker takes from it. */
export const queueName = "mmspec";

/** A job on the queue. */
export interface JobMessage {
  /** Which sweep it belongs to. */
  sweep: string;
  key: string;
  /** mmspec's version: another one may train another way. */
  mmspec: string;
  model: string;
  trial: string;
  choices: Readonly<Record<string, string>>;
  spec: string;
  seed: number;
  rung: number;
  from: number;
  epochs: number;
  engine?: string;
  /** Files that training reads, by their path from the data's folder. */
  files: readonly DataFile[];
  /** Where the files can be had, for workers that have none: the paths are resolved against it. */
  dataUrl?: string;
  /** Texts of the files that the spec imports, by the path from its folder. */
  imports: Readonly<Record<string, string>>;
  /** Texts of the files that `custom` layers come from, by the path in the spec. */
  custom: Readonly<Record<string, string>>;
}

export type JobResult = Outcome;

/** The job's name on the queue, the same whenever and by whomever it is put there: no two with one name are ever on it. */
export function jobId({ sweep, key }: { sweep: string; key: string }): string {
  return `${sweep}.${key}`.replaceAll(":", "_");
}

/** A name that is one part of a path and no more: what comes over the queue names folders. */
export function isPlainName(name: unknown): boolean {
  return typeof name === "string" && name.length <= 200 && /^[^./\\\0][^/\\\0]*$/.test(name);
}

/** Under which name the state of a run is stored: what it learned so far, or all that it came to. */
export function stateName({ trial, seed }: { trial: string; seed: number }): string {
  return `${trial}.seed${seed}`;
}

/** What a worker says of itself, every few seconds. */
export interface WorkerStatus {
  id: string;
  host: string;
  pid: number;
  /** How many jobs it does side by side. */
  jobs: number;
  /** Keys of those that it does now. */
  running: string[];
}

/** What a coordinator says of its sweep, every few seconds. */
export interface SweepStatus {
  id: string;
  model: string;
  spec: string;
  variants: number;
  outcomes: number;
  failed: number;
  learned: number;
  total: number;
  best: string;
  /** Seconds that are left, about; null before that is known. */
  left: number | null;
  end?: string;
}

/** Keys on the server besides those of the queue itself. */
export const keys = {
  workers: "mmspec:workers",
  sweeps: "mmspec:sweeps",
  state: (sweep: string, name: string) => `mmspec:state:${sweep}:${name}`,
};
