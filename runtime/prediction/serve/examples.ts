import { join } from "node:path";
import type { DataColumns, ModalityBinding } from "../../data/load.js";
import { size } from "../../data/size.js";
import { own, type Names } from "../../data/names.js";
import { readNpz } from "../../data/npz.js";
import type { Table } from "../../data/table.js";
import type { CellCoder } from "../../data/transforms/coder.js";
import { invert } from "../../data/transforms/invert.js";
import type { Statistics } from "../../data/transforms/standardise.js";
import type { RunStatistics } from "../../session/statistics.js";
import { isRow } from "./request.js";

/** Values that the page has of samples to try, at most. */
const mostValues = 100_000;
const mostExamples = 12;

/** Some of the samples that the run held out, as a request says them; none where the run kept none. */
export async function heldOutExamples(
  folder: string,
  { modalities }: DataColumns,
  {
    names,
    statistics,
    coders,
  }: {
    names: Names | undefined;
    statistics: RunStatistics | undefined;
    coders: ReadonlyMap<string, CellCoder>;
  },
): Promise<{ name: string; sample: Record<string, unknown> }[]> {
  const table = await readNpz(join(folder, "held-out.npz")).catch(() => undefined);
  const kept = table && numbersOf(table, "kept");
  const index = table && numbersOf(table, "index");
  if (table === undefined || kept === undefined || index === undefined) return [];
  const bindings = Object.entries(modalities);
  const each = bindings.reduce((sum, [, { shape }]) => sum + size(shape), 0);
  const count = Math.min(mostExamples, kept.length, Math.floor(mostValues / each));
  return Array.from({ length: count }, (_, i) => {
    const row = kept[i] as number;
    const values = bindings.flatMap(([name, binding]) => {
      const present = numbersOf(table, `present_${name}`)?.[row] !== 0;
      const found = present ? valuesOf(table, name, binding, i, own(statistics, name)) : undefined;
      return found === undefined
        ? []
        : [[name, coders.get(name)?.read(found) ?? asAsked(found, binding, own(names, name))] as const];
    });
    return { name: `held-out sample ${index[row]}`, sample: Object.fromEntries(values) };
  });
}

function numbersOf(table: Table, name: string): ArrayLike<number> | undefined {
  const column = table.columns.get(name);
  return column?.kind === "numeric" ? column.values : undefined;
}

/** One sample's values before they were transformed. */
function valuesOf(
  table: Table,
  name: string,
  binding: ModalityBinding,
  i: number,
  statistics: Statistics | undefined,
): number[] | undefined {
  const values = numbersOf(table, `input_${name}`);
  if (values === undefined) return undefined;
  const width = size(binding.shape);
  const range = numbersOf(table, `range_${name}`);
  return Array.from({ length: width }, (_, j) => {
    const value = values[i * width + j] as number;
    const [least = 0, greatest = 1] = range === undefined ? [] : Array.from(range);
    const learned = range === undefined ? value : least + (value / 255) * (greatest - least);
    return Number(invert(learned, j, binding, statistics).toPrecision(6));
  });
}

function asAsked(
  values: readonly number[],
  binding: ModalityBinding,
  names: Readonly<Record<string, readonly string[]>> | undefined,
): unknown {
  const { columns, categories = {} } = binding;
  if (!isRow(binding)) return values;
  const entries = columns.map((column, j) => {
    const value = values[j] as number;
    const known = own(categories, column) === undefined ? undefined : own(names, column);
    return [column, known === undefined ? value : (known[value] ?? "?")] as const;
  });
  return Object.fromEntries(entries);
}
