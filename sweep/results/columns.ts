import { csvField } from "../../runtime/runs/csv-field.js";
import type { ParquetColumn } from "../../runtime/runs/index.js";
import type { Outcome } from "../outcome.js";
import type { RankedVariant, SweepContent } from "./content.js";

/** A row of a table: a value of each column that has one. */
type Row = Record<string, string | number | undefined>;

/** A column that a table always has; `types` of those that depend on the sweep are found from their values. */
interface Column {
  name: string;
  type: ParquetColumn["type"];
}

export interface Table {
  columns: Column[];
  rows: Row[];
}

/** One row a variant, best first: ranking.csv and ranking.parquet. docs/sweep.md tells what each column is. */
export function rankingTable({ ranking, paths, metric }: SweepContent): Table {
  const measured = ranking.find(({ interactions }) => interactions !== undefined)?.interactions;
  const atoms = Object.keys(measured?.mean ?? {});
  const choices = paths.map((path) => [path, `choice_${path}`] as const);
  return {
    columns: [
      { name: "rank", type: "int" },
      { name: "variant", type: "text" },
      ...choices.map(([, name]) => ({ name, type: "text" as const })),
      { name: "finished", type: "int" },
      { name: "rung", type: "int" },
      { name: "epochs", type: "int" },
      { name: "planned_epochs", type: "int" },
      { name: "seeds", type: "int" },
      { name: "failed_seeds", type: "int" },
      { name: `validation_${metric.name}`, type: "float" },
      { name: `validation_${metric.name}_half`, type: "float" },
      { name: `test_${metric.name}`, type: "float" },
      { name: `test_${metric.name}_half`, type: "float" },
      { name: "parameters", type: "float" },
      { name: "flops", type: "float" },
      { name: "seconds", type: "float" },
      { name: "synergy_indicator", type: "float" },
      ...atoms.map((atom) => ({ name: atom, type: "float" as const })),
      { name: "pareto", type: "int" },
      { name: "error", type: "text" },
    ],
    rows: ranking.map((one) => ({
      ...{ rank: one.rank, variant: one.name },
      ...Object.fromEntries(choices.map(([path, name]) => [name, one.choices[path]])),
      ...progressOf(one),
      ...{
        [`validation_${metric.name}`]: one.value?.mean,
        [`validation_${metric.name}_half`]: one.value?.half,
      },
      ...{ [`test_${metric.name}`]: one.test?.mean, [`test_${metric.name}_half`]: one.test?.half },
      ...{ parameters: one.parameters, flops: one.flops, seconds: one.seconds },
      synergy_indicator: one.synergyIndicator,
      ...one.interactions?.mean,
      ...{ pareto: Number(one.pareto), error: one.errors[0]?.error },
    })),
  };
}

function progressOf({ finished, rung, epochs, planned, value, errors }: RankedVariant): Row {
  return {
    ...{ finished: Number(finished), rung, epochs, planned_epochs: planned },
    ...{ seeds: value?.n ?? 0, failed_seeds: errors.length },
  };
}

/** One row a variant, seed and rung, in the order in which they ended: results.parquet. */
export function resultsTable(outcomes: readonly Outcome[]): Table {
  const done = outcomes.filter((one) => one.status === "done");
  const validation = [...new Set(done.flatMap((one) => Object.keys(one.validation)))];
  const test = [...new Set(done.flatMap((one) => Object.keys(one.test?.metrics ?? {})))];
  const float = (name: string) => ({ name, type: "float" as const });
  return {
    columns: [
      { name: "variant", type: "text" },
      { name: "seed", type: "int" },
      { name: "rung", type: "int" },
      { name: "status", type: "text" },
      { name: "epochs", type: "int" },
      float("seconds"),
      ...validation.map((name) => float(`validation_${name}`)),
      ...test.map((name) => float(`test_${name}`)),
      { name: "error", type: "text" },
    ],
    rows: outcomes.map((one) => ({
      ...{ variant: one.trial, seed: one.seed, rung: one.rung, status: one.status, seconds: one.seconds },
      ...(one.status === "failed"
        ? { epochs: 0, error: one.error }
        : {
            epochs: one.epochs,
            ...Object.fromEntries(validation.map((name) => [`validation_${name}`, one.validation[name]])),
            ...Object.fromEntries(test.map((name) => [`test_${name}`, one.test?.metrics[name]?.value])),
          }),
    })),
  };
}

/** As RFC 4180 has it; what isn't known is empty. */
export function csvOf({ columns, rows }: Table): string {
  const cell = (value: string | number | undefined) => {
    if (value === undefined || Number.isNaN(value)) return "";
    return csvField(String(value));
  };
  const lines = [columns.map(({ name }) => name), ...rows.map((row) => columns.map(({ name }) => row[name]))];
  return lines.map((line) => `${line.map(cell).join()}\n`).join("");
}

/** Numbers that aren't known are NaN, texts empty. */
export function parquetColumns({ columns, rows }: Table): ParquetColumn[] {
  return columns.map(({ name, type }) =>
    type === "text"
      ? { name, type, values: rows.map((row) => String(row[name] ?? "")) }
      : { name, type, values: rows.map((row) => Number(row[name] ?? NaN)) },
  );
}
