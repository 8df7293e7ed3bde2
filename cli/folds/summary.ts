import { readFile } from "node:fs/promises";
import { join } from "node:path";
import Table from "cli-table3";
import type { ReportContent } from "../../runtime/session/report.js";
import { exists } from "../../runtime/runs/exists.js";

/** folds.json */
export interface FoldsContent {
  model: string;
  spec: string;
  folds: FoldFindings[];
  metrics: Record<string, MetricOverFolds>;
}

export interface FoldFindings {
  fold: number;
  /** The run's folder, below that of the folds. */
  run: string;
  samples?: ReportContent["samples"];
  metrics: Record<string, number>;
}

export interface MetricOverFolds {
  mean: number;
  /** Standard deviation over the folds, of one fold none: their test parts share no sample, but what they learned from overlaps. */
  deviation?: number;
  /** In how many folds it is a number. */
  folds: number;
  unit?: "share";
}

/** Whether the run in a folder was trained and measured to its end. */
export async function isComplete(folder: string): Promise<boolean> {
  if (!(await exists(join(folder, "metrics.json")))) return false;
  const record = await readFile(join(folder, "run.json"), "utf8").catch(() => "{}");
  return (JSON.parse(record) as { status?: string }).status === "complete";
}

/** What the folds came to together. @param runs names of the runs' folders, the first fold's first */
export async function summarise(
  folder: string,
  runs: readonly string[],
  about: Pick<FoldsContent, "model" | "spec">,
): Promise<FoldsContent> {
  const found = await Promise.all(
    runs.map(
      async (run) => JSON.parse(await readFile(join(folder, run, "metrics.json"), "utf8")) as ReportContent,
    ),
  );
  const folds = found.map(({ samples, metrics }, f): FoldFindings => {
    const values = Object.entries(metrics).map(([name, { value }]) => [name, value] as const);
    return {
      fold: f + 1,
      run: runs[f] as string,
      ...(samples && { samples }),
      metrics: Object.fromEntries(values.filter(([, value]) => Number.isFinite(value))),
    };
  });
  const names = Object.keys(found[0]?.metrics ?? {});
  const metrics = names.flatMap((name): [string, MetricOverFolds][] => {
    const values = folds.flatMap(({ metrics }) => metrics[name] ?? []);
    const unit = found[0]?.metrics[name]?.unit;
    return values.length === 0
      ? []
      : [[name, { ...spread(values), folds: values.length, ...(unit === "share" && { unit }) }]];
  });
  return { ...about, folds, metrics: Object.fromEntries(metrics) };
}

/** Mean, and the standard deviation with n - 1. */
export function spread(values: readonly number[]): Pick<MetricOverFolds, "mean" | "deviation"> {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  if (n < 2) return { mean };
  return { mean, deviation: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1)) };
}

/** A row a fold, then mean and deviation, as people read it in a terminal. */
export function foldsText({ model, folds, metrics }: FoldsContent): string {
  const names = Object.keys(metrics);
  const shown = (name: string, value: number | undefined) =>
    value === undefined
      ? "–"
      : metrics[name]?.unit === "share"
        ? `${(100 * value).toFixed(2)} %`
        : value.toFixed(4);
  const table = new Table({
    head: ["fold", "train", "test", ...names],
    colAligns: ["left", ...Array<"right">(names.length + 2).fill("right")],
    style: { head: [], border: [], compact: true },
  });
  for (const { fold, samples, metrics: values } of folds)
    table.push([
      String(fold),
      String(samples?.train ?? ""),
      String(samples?.test ?? ""),
      ...names.map((name) => shown(name, values[name])),
    ]);
  const over = (title: string, of: (found: MetricOverFolds) => number | undefined) =>
    table.push([title, "", "", ...names.map((name) => shown(name, of(metrics[name] as MetricOverFolds)))]);
  over("mean", ({ mean }) => mean);
  over("deviation", ({ deviation }) => deviation);
  return `${model}, ${folds.length} folds\n${table.toString()}`;
}
