import { isMedia } from "../media/load.js";
import type { DataColumns } from "../load.js";
import type { Samples, Splits } from "../samples.js";
import type { SplitPlan } from "../split.js";
import { rowsOf, type Table } from "../table.js";
import { size as sizeOf } from "../size.js";

/** What is looked at: columns of a file, or modalities where samples have no columns. */
export interface LookInput {
  /** The file, or what draws the samples. */
  source: string;
  size: number;
  /** True when the file has more rows than were looked at. */
  more?: boolean;
  columns: readonly InputColumn[];
  target?: LookTarget;
  /** None of a bare file. */
  parts: readonly { name: string; rows: Int32Array }[];
  /** How samples are divided, where a column says. */
  by?: SplitPlan["by"];
}

export interface InputColumn {
  name: string;
  /** The modality or the target that it feeds. */
  feeds?: string;
  role: "input" | "target" | "split" | "unused";
  /** Of each sample. */
  shape: readonly number[];
  /** [rows, ...shape], NaN where a value is missing; of names, absent */
  numbers?: ArrayLike<number>;
  texts?: readonly (string | null)[];
  /** True where numbers stand for tokens of a sequence. */
  tokens?: boolean;
}

export interface LookTarget {
  name: string;
  kind: "class" | "multilabel" | "regression";
  outputs: readonly string[];
  /** Of classes: -1 where a row has none. */
  labels?: Int32Array;
  /** Of labels and numbers: [rows, outputs] */
  values?: Float32Array;
}

/**
 * What a model's samples are, as its spec reads them. Columns are shown as the file has them, before any transform; pictures and sounds as the model
 * gets them.
 * @param table the file; absent where samples are drawn
 */
export function inputOfSplits(
  splits: Splits,
  { modalities, target }: DataColumns,
  { source, table, by }: { source: string; table: Table | undefined; by: SplitPlan["by"] },
): LookInput {
  const parts = (["train", "validation", "test", "outside"] as const).flatMap((name) => {
    const samples = splits[name];
    return samples === undefined ? [] : [{ name: name === "outside" ? "held out" : name, samples }];
  });
  const size = parts.reduce((sum, { samples }) => sum + samples.size, 0);
  const all = parts.map(({ samples }) => samples);
  const labels = new Int32Array(size);
  for (const { index, labels: own } of all) index.forEach((row, i) => (labels[row] = own[i] as number));
  const { classes, targets } = splits.train;
  const columns: InputColumn[] = [];
  const bound = new Set<string>();
  for (const [name, binding] of Object.entries(modalities)) {
    const [first = ""] = binding.columns;
    const files = binding.files === true || (table?.columns.get(first)?.kind === "text" && isMedia(binding));
    const own: InputColumn[] = [];
    if (table === undefined || files)
      own.push(gathered(name, binding.shape, all, size, files ? first : name));
    for (const column of binding.columns) {
      bound.add(column);
      if (!files && table !== undefined) own.push(...columnOf(table, column, "input", name));
    }
    const tokens = binding.vocabulary !== undefined;
    columns.push(...own.map((column) => (tokens ? { ...column, tokens } : column)));
  }
  if (table !== undefined) {
    for (const column of target.kind === undefined ? [target.column] : target.columns) {
      bound.add(column);
      columns.push(...columnOf(table, column, "target", target.name));
    }
    for (const [column, found] of table.columns)
      if (!bound.has(column) && rowsOf(found) === size)
        columns.push(...columnOf(table, column, by?.column === column ? "split" : "unused"));
  }
  return {
    source,
    size,
    columns,
    target: {
      name: target.name,
      kind: targets?.kind ?? "class",
      outputs: classes,
      ...(targets === undefined ? { labels } : { values: gatheredTargets(all, size, classes.length) }),
    },
    parts: parts.map(({ name, samples }) => ({ name, rows: samples.index })),
    ...(by && { by }),
  };
}

/**
 * What a bare file holds.
 * @param target the column that is to be predicted: names and few whole numbers are classes, other numbers are numbers
 */
export function inputOfTable(table: Table, { more, target }: { more: boolean; target?: string }): LookInput {
  const counts = [...table.columns.values()].map(rowsOf);
  const size = Math.max(0, ...counts);
  const columns = [...table.columns].flatMap(([name, column]) =>
    rowsOf(column) === size ? columnOf(table, name, name === target ? "target" : "input") : [],
  );
  const found = columns.find(({ role }) => role === "target");
  return {
    source: table.source,
    size,
    more,
    columns,
    ...(found && { target: targetOf(found, size) }),
    parts: [],
  };
}

/** Whole numbers up to so many different ones are classes. */
const mostClasses = 50;

function targetOf({ name, numbers, texts, shape }: InputColumn, size: number): LookTarget {
  if (numbers !== undefined && shape.some((width) => width > 1))
    return { name, kind: "regression", outputs: [name], values: new Float32Array(0) };
  const cells = Array.from({ length: size }, (_, i) => texts?.[i] ?? numbers?.[i]);
  const different = new Set(cells.filter((cell) => cell !== undefined && !Number.isNaN(cell)));
  const whole = [...different].every((cell) => typeof cell === "string" || Number.isInteger(cell));
  if (numbers !== undefined && !(whole && different.size <= mostClasses))
    return { name, kind: "regression", outputs: [name], values: Float32Array.from(numbers) };
  const outputs = [...different].sort((a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : 1,
  );
  const at = new Map(outputs.map((output, i) => [output, i]));
  const labels = Int32Array.from(cells, (cell) => (cell === undefined ? -1 : (at.get(cell) ?? -1)));
  return { name, kind: "class", outputs: outputs.map(String), labels };
}

function columnOf(
  { columns }: Table,
  name: string,
  role: InputColumn["role"],
  feeds?: string,
): InputColumn[] {
  const column = columns.get(name);
  if (column === undefined) return [];
  const about = { name, role, ...(feeds !== undefined && { feeds }) };
  if (column.kind === "numeric") return [{ ...about, shape: column.shape, numbers: column.values }];
  return [{ ...about, shape: [], texts: column.values.map((cell) => (cell === "" ? null : cell)) }];
}

/** A modality's values as the model gets them, in the order of the file; NaN where a sample lacks it. */
function gathered(
  modality: string,
  shape: readonly number[],
  parts: readonly Samples[],
  size: number,
  name: string,
): InputColumn {
  const width = sizeOf(shape);
  const numbers = new Float32Array(size * width).fill(NaN);
  for (const { index, inputs, present } of parts)
    index.forEach((row, i) => {
      if (present[modality]?.[i] !== 1) return;
      numbers.set((inputs[modality] as Float32Array).subarray(i * width, (i + 1) * width), row * width);
    });
  return { name, feeds: modality, role: "input", shape, numbers };
}

function gatheredTargets(parts: readonly Samples[], size: number, width: number): Float32Array {
  const values = new Float32Array(size * width);
  for (const { index, targets } of parts)
    index.forEach((row, i) =>
      values.set((targets?.values as Float32Array).subarray(i * width, (i + 1) * width), row * width),
    );
  return values;
}
