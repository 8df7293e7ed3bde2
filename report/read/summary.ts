import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { analyse, type ModelIr } from "../../compiler/index.js";
import { readFrom } from "../../compiler/node.js";
import { noRun } from "../../runtime/runs/no-run.js";
import type { LabelContent, MeanAndError, Metric, PidItem, RunSummary } from "../content.js";
import { RunProblem } from "./problem.js";

/** metrics.json, as far as a report reads it. */
export interface MetricsFile {
  model: string;
  spec: string;
  seed: number;
  engine: string;
  versions: Record<string, string>;
  samples?: { train: number; validation?: number; test: number };
  metrics: Record<string, Omit<Metric, "name">>;
  rules?: { rule: string; samples: number }[];
  truth?: { bayesAccuracy: number };
  /** Absent where the target is one class. */
  target?: { kind: "multilabel"; labels: string[] } | { kind: "regression"; numbers: string[] };
  byLabel?: LabelContent[];
  best?: Record<string, number>;
  pid: {
    measure: string;
    unit: string;
    modalities: string[];
    on: string;
    samples: number;
    mean: Record<string, MeanAndError>;
    chosen?: Record<string, Record<string, number>>;
    shuffled?: Record<string, number>;
    gap?: number;
    /** What follows the names of its columns in pid.parquet. */
    suffix?: string;
  }[];
}

/** run.json, as far as a report reads it. */
export interface RecordFile {
  status: string;
  engine?: { name: string; detail: string };
  started?: string;
  ended?: string;
  seconds?: Record<string, number>;
  history?: RunSummary["history"];
}

export interface SpecFile {
  text: string;
  /** The files that it imports, from its folder. */
  imported: { file: string; text: string }[];
  /** Absent when this version can't compile it. */
  ir?: ModelIr;
}

export interface RunFiles {
  folder: string;
  metrics: MetricsFile;
  record: RecordFile;
  spec?: SpecFile;
}

/** Reads what a run says of itself. @throws RunProblem */
export async function readRunFiles(path: string): Promise<RunFiles> {
  const folder = resolve(path);
  const record = await readJson<RecordFile>(folder, "run.json", await noRun(folder));
  const metrics = await readJson<MetricsFile>(
    folder,
    "metrics.json",
    `the run was not measured (its status is ${record.status}); \`mmspec evaluate ${path}\` measures it`,
  );
  const spec = await readSpec(folder, metrics);
  return { folder, metrics, record, ...(spec && { spec }) };
}

async function readJson<T>(folder: string, name: string, missing: string): Promise<T> {
  const text = await readFile(join(folder, name), "utf8").catch(() => {
    throw new RunProblem(`${join(folder, name)}: there is no such file: ${missing}.`);
  });
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new RunProblem(
      `${join(folder, name)}: ${(error as Error).message}; \`mmspec evaluate\` writes it anew.`,
    );
  }
}

async function readSpec(folder: string, { spec, model }: MetricsFile): Promise<SpecFile | undefined> {
  const text = await readFile(join(folder, basename(spec)), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const analysis = analyse(text, join(folder, basename(spec)), { read: readFrom(folder) });
  const ir = analysis.models.find(({ name }) => name === model);
  const imported = analysis.units.slice(1).map(({ from, source }) => ({ file: from, text: source.text }));
  return { text, imported, ...(ir && { ir }) };
}

/** What a comparison shows of a run. @param columns names of the columns of its pid.parquet, where they are known */
export function summaryOf(
  { folder, metrics, record, spec }: RunFiles,
  columns?: ReadonlySet<string>,
): RunSummary {
  return {
    run: basename(folder),
    model: metrics.model,
    spec: metrics.spec,
    seed: metrics.seed,
    learning: spec?.ir ? learningOf(spec.ir) : "",
    samples: metrics.samples ?? { test: Math.max(0, ...metrics.pid.map(({ samples }) => samples)) },
    metrics: Object.entries(metrics.metrics).map(([name, metric]) => ({ name, ...metric })),
    pid: metrics.pid.map(({ suffix = "", ...item }): PidItem => {
      const { measure, unit, modalities, on, samples, mean, chosen, shuffled, gap } = item;
      const sampled = ["r", "u1", "u2", "s"].every((atom) => columns?.has(atom + suffix));
      return {
        ...{ measure, unit, modalities, on, samples, mean },
        ...(chosen && { chosen }),
        ...(shuffled && { shuffled }),
        ...(gap !== undefined && { gap }),
        ...(sampled && { columns: suffix }),
      };
    }),
    history: record.history ?? [],
    seconds: record.seconds ?? {},
  };
}

function learningOf({ training }: ModelIr): string {
  const { paradigm, optimizer, learningRate, batch } = training;
  return `${paradigm.kind}, ${optimizer.name} ${learningRate}, batch ${batch}`;
}
