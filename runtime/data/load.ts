import { join } from "node:path";
import { isMedia, loadMedia } from "./media/load.js";
import {
  checkTokens,
  codeColumn,
  nameCategories,
  vocabularyOf,
  type CodedColumn,
  type Names,
} from "./names.js";
import { ProblemList } from "./problems.js";
import { readTable } from "./read.js";
import type { Samples, Splits } from "./samples.js";
import { splitSamples, type SplitPlan } from "./split.js";
import { loadTargets, type LabelsBinding, type NumbersBinding } from "./targets.js";
import { rowsOf, type Column, type NumericColumn, type Table } from "./table.js";
import { resize } from "./transforms/resize.js";
import type { Statistics } from "./transforms/standardise.js";
import { transform, type Transform } from "./transforms/transforms.js";

export type { Samples, Splits } from "./samples.js";
export type { LabelsBinding, NumbersBinding } from "./targets.js";

/** Which columns feed a modality. */
export interface ModalityBinding {
  /** Several columns stand side by side in a vector. */
  columns: readonly string[];
  /** Of one sample. */
  shape: readonly number[];
  /** What is done to the values, in this order. */
  transforms?: readonly Transform[];
  /** Of a sound: samples a second. */
  rate?: number;
  /** Of a sequence: moments of zeros fill what is shorter; no transform changes them. */
  padding?: "zeros";
  /** Of tokens: how many different ones there are. */
  vocabulary?: number;
  /** Of a table: the columns that are categories, and how many names training may see of each. */
  categories?: Readonly<Record<string, number>>;
  /** True when samples may lack it. */
  optional?: boolean;
  /** The line of the spec, for messages. */
  line?: number;
}

export interface TargetBinding {
  kind?: undefined;
  name: string;
  column: string;
  /** How many, counted from 0, or their names. */
  classes: number | readonly string[];
  line?: number;
}

/** Which columns of a file a model reads, and which say what is right. */
export interface DataColumns {
  modalities: Readonly<Record<string, ModalityBinding>>;
  target: TargetBinding | LabelsBinding | NumbersBinding;
}

/** Where samples come from and how they are divided. */
export interface DataPlan extends DataColumns {
  /** Path inside the data folder. */
  from: string;
  split: SplitPlan;
  /** Samples are never in memory all at once; the data takes so many bytes at most. */
  streamed?: { within: number; line?: number };
  line?: number;
}

/**
 * Reads samples, checks them and splits them.
 * @param folder where paths begin
 * @param kept the names of categories that a model was trained with; found in the training part when left out
 * @param statistics those that its values were standardised by; likewise
 * @throws DataError with everything that is wrong
 */
export async function loadData(
  plan: DataPlan,
  folder: string,
  kept?: Names,
  statistics?: Readonly<Record<string, Statistics>>,
): Promise<Splits> {
  if (plan.streamed !== undefined)
    return (await import("./streamed/load.js")).loadStreamed(plan, folder, kept, statistics);
  const where = join(folder, plan.from);
  const table = await readTable(plan.from, folder, plan.line);
  const problems = new ProblemList();
  const rows = checkRows(table, plan, where, problems);
  const inputs: Record<string, Float32Array> = {};
  const present: Record<string, Uint8Array> = {};
  const shapes: Record<string, number[]> = {};
  const coded = new Map<string, ReadonlyMap<string, CodedColumn>>();
  const vocabularies: Record<string, Record<string, readonly string[]>> = {};
  for (const [name, binding] of Object.entries(plan.modalities)) {
    const categories = codeCategories(binding, table);
    coded.set(name, categories);
    const [column = ""] = binding.columns;
    const words = binding.vocabulary === undefined ? undefined : vocabularyOf(table, column);
    if (words !== undefined) vocabularies[name] = { [column]: words };
    const source = { table, categories, folder };
    const loaded = await loadModality(name, binding, source, rows, where, problems);
    shapes[name] = [...binding.shape];
    if (loaded === undefined) continue;
    inputs[name] = loaded.values;
    present[name] = loaded.present;
  }
  const { target } = plan;
  const answers = loadTarget(target, table, rows, where, problems);
  problems.check();
  const index = Int32Array.from({ length: rows }, (_, i) => i);
  const samples: Samples = {
    size: rows,
    inputs,
    shapes,
    present,
    ...answers,
    index,
  };
  const splits = splitSamples(samples, plan.split, where, target.name);
  const names = {
    ...vocabularies,
    ...nameCategories(splits, plan.modalities, coded, kept, { where, problems }),
  };
  const parts = [splits.train, splits.validation, splits.test, splits.outside].filter(
    (part) => part !== undefined,
  );
  const standardised = transform(parts, plan.modalities, statistics, { where, problems });
  problems.check();
  return {
    ...splits,
    ...(Object.keys(names).length > 0 && { names }),
    ...(Object.keys(standardised).length > 0 && { statistics: standardised }),
  };
}

/** The numbering of a table's categories, by column. */
function codeCategories(
  { categories = {} }: ModalityBinding,
  table: Table,
): ReadonlyMap<string, CodedColumn> {
  const columns = Object.keys(categories).flatMap((name) => {
    const column = table.columns.get(name);
    return column === undefined || (column.kind === "numeric" && column.shape.length > 0)
      ? []
      : [[name, codeColumn(column)] as const];
  });
  return new Map(columns);
}

/** The names of what a model says: classes, labels or numbers. */
export function outputsOf(target: DataColumns["target"]): readonly string[] {
  if (target.kind === "multilabel") return target.labels;
  if (target.kind !== undefined) return target.numbers;
  const { classes } = target;
  return typeof classes === "number" ? Array.from({ length: classes }, (_, i) => String(i)) : classes;
}

/** What the samples are held against; labels that aren't read because of a problem are all 0. */
export function loadTarget(
  target: DataPlan["target"],
  table: Table,
  rows: number,
  where: string,
  problems: ProblemList,
): Pick<Samples, "classes" | "labels" | "targets"> {
  const unread = new Int32Array(rows);
  const classes = outputsOf(target);
  if (target.kind === undefined) {
    return { classes, labels: loadLabels(target, classes, table, where, problems) ?? unread };
  }
  const columns = target.columns.map((name) => numericColumn(name, target, table, where, problems));
  const complete = columns.every((column) => column !== undefined);
  const targets = complete ? loadTargets(target, columns, where, problems) : undefined;
  return { classes, labels: unread, ...(targets && { targets }) };
}

/** The columns that a target is told by. */
export function columnsOf(target: DataPlan["target"]): readonly string[] {
  return target.kind === undefined ? [target.column] : target.columns;
}

/** The number of rows, in which all columns that are bound must agree. */
export function checkRows(
  table: Table,
  { modalities, target, line }: Pick<DataPlan, "modalities" | "target" | "line">,
  where: string,
  problems: ProblemList,
): number {
  const bound = [...Object.values(modalities).flatMap(({ columns }) => columns), ...columnsOf(target)];
  let first: { name: string; rows: number } | undefined;
  for (const name of bound) {
    const column = table.columns.get(name);
    if (column === undefined) continue;
    const rows = rowsOf(column);
    if (first === undefined) first = { name, rows };
    else if (rows !== first.rows) {
      const { name: other, rows: otherRows } = first;
      problems.add("rowsDiffer", where, { column: name, rows, other, otherRows }, line);
    }
  }
  if (first?.rows === 0) problems.add("noRows", where, undefined, line);
  problems.check();
  return first?.rows ?? 0;
}

interface LoadedModality {
  values: Float32Array;
  present: Uint8Array;
}

/** What a modality's values are read from. */
interface Source {
  table: Table;
  categories: ReadonlyMap<string, CodedColumn>;
  /** Of the data; no file that a column names may leave it. */
  folder: string;
}

export async function loadModality(
  name: string,
  binding: ModalityBinding,
  { table, categories, folder }: Source,
  rows: number,
  where: string,
  problems: ProblemList,
): Promise<LoadedModality | undefined> {
  const [first = ""] = binding.columns;
  const files = table.columns.get(first);
  const values =
    files?.kind === "text" && isMedia(binding)
      ? await loadMedia(name, binding, files.values, { where, folder, problems })
      : loadNumbers(name, binding, { table, categories }, rows, where, problems);
  if (values === undefined) return undefined;
  const width = size(binding.shape);
  const present = checkFinite(name, binding, values, rows, width, where, problems);
  if (binding.vocabulary !== undefined) checkTokens(name, binding, values, { where, problems });
  return { values, present };
}

/** Numbers of columns, side by side: [rows, ...shape]; NaN where they are missing. */
function loadNumbers(
  name: string,
  binding: ModalityBinding,
  { table, categories }: Pick<Source, "table" | "categories">,
  rows: number,
  where: string,
  problems: ProblemList,
): Float32Array | undefined {
  const columns = binding.columns.map((column): NumericColumn | undefined => {
    const codes = categories.get(column)?.codes;
    const found =
      codes === undefined
        ? numericColumn(column, binding, table, where, problems)
        : { kind: "numeric" as const, shape: [], values: codes };
    return found && resizedColumn(found, binding);
  });
  if (!columns.every((column) => column !== undefined)) return undefined;
  const found =
    columns.length === 1 ? (columns[0]?.shape ?? []) : [columns.reduce((n, { shape }) => n + size(shape), 0)];
  const width = size(binding.shape);
  if (!fits(found, binding.shape)) {
    problems.add("wrongShape", where, { name, wanted: binding.shape, found }, binding.line);
    return undefined;
  }
  const values = new Float32Array(rows * width);
  if (columns.length === 1) {
    values.set((columns[0] as NumericColumn).values);
    return values;
  }
  let offset = 0;
  for (const column of columns) {
    const part = size(column.shape);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < part; j++) values[i * width + offset + j] = column.values[i * part + j] as number;
    }
    offset += part;
  }
  return values;
}

/** The pictures of a column in the size that the spec asks for; any other column as it is. */
function resizedColumn(column: NumericColumn, { shape, transforms = [] }: ModalityBinding): NumericColumn {
  const step = transforms.find(({ kind }) => kind === "resized");
  const [height, width, channels = 1] = column.shape;
  const [toHeight, toWidth, wanted] = shape;
  if (step === undefined || height === undefined || width === undefined) return column;
  if (channels !== wanted || toHeight === undefined || toWidth === undefined) return column;
  const each = size(column.shape);
  const resized = new Float32Array(rowsOf(column) * size(shape));
  const { values } = column;
  for (let i = 0; i < rowsOf(column); i++) {
    const one = Float32Array.from({ length: each }, (_, j) => values[i * each + j] as number);
    resized.set(resize(one, [height, width, channels], [toHeight, toWidth]), i * size(shape));
  }
  return { kind: "numeric", shape: [...shape], values: resized };
}

export function size(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** The same shape, the same but for a last 1, or flat with the right number of values. */
function fits(found: readonly number[], wanted: readonly number[]): boolean {
  const bare = (shape: readonly number[]) => (shape.at(-1) === 1 ? shape.slice(0, -1) : shape).join();
  return bare(found) === bare(wanted) || (found.length <= 1 && size(found) === size(wanted));
}

function numericColumn(
  name: string,
  { line }: { line?: number },
  table: Table,
  where: string,
  problems: ProblemList,
): NumericColumn | undefined {
  const column: Column | undefined = table.columns.get(name);
  if (column === undefined) {
    problems.add("noColumn", where, { column: name, columns: [...table.columns.keys()] }, line);
    return undefined;
  }
  if (column.kind === "text") {
    const row = column.values.findIndex(
      (value) => value !== null && value !== "" && Number.isNaN(Number(value)),
    );
    problems.add("textColumn", where, { column: name, row, value: column.values[row] ?? "" }, line);
    return undefined;
  }
  return column;
}

/** Which samples have the modality; what is missing becomes zero. */
function checkFinite(
  name: string,
  { optional, line }: ModalityBinding,
  values: Float32Array,
  rows: number,
  width: number,
  where: string,
  problems: ProblemList,
): Uint8Array {
  const present = new Uint8Array(rows).fill(1);
  let count = 0;
  const partly: number[] = [];
  const whole: number[] = [];
  for (let i = 0; i < rows; i++) {
    // NaN where any value isn't finite.
    let zero = 0;
    for (let j = i * width; j < (i + 1) * width; j++) zero += 0 * (values[j] as number);
    if (zero === 0) continue;
    let bad = 0;
    let missing = 0;
    for (let j = i * width; j < (i + 1) * width; j++) {
      if (Number.isFinite(values[j])) continue;
      bad++;
      if (Number.isNaN(values[j])) missing++;
    }
    count += bad;
    if (missing === width) {
      whole.push(i);
      present[i] = 0;
      values.fill(0, i * width, (i + 1) * width);
    } else partly.push(i);
  }
  if (optional !== true && count > 0) {
    const bad = [...whole, ...partly].sort((a, b) => a - b);
    problems.add("notFinite", where, { name, count, samples: bad.length, row: bad[0] as number }, line);
  } else if (partly.length > 0) {
    problems.add("partlyMissing", where, { name, samples: partly.length, row: partly[0] as number }, line);
  }
  return present;
}

function loadLabels(
  target: TargetBinding,
  classes: readonly string[],
  table: Table,
  where: string,
  problems: ProblemList,
): Int32Array | undefined {
  const column = labelColumn(target, table, where, problems);
  if (column === undefined) return undefined;
  const { labels, wrong } = readLabels(column, classes);
  const [first] = wrong;
  if (first !== undefined) tellWrongLabels(target, { ...first, count: wrong.length }, where, problems);
  return labels;
}

/** The column that tells each sample's class. */
export function labelColumn(
  { column: name, line }: TargetBinding,
  table: Table,
  where: string,
  problems: ProblemList,
): Column | undefined {
  const column = table.columns.get(name);
  if (column === undefined) {
    problems.add("noColumn", where, { column: name, columns: [...table.columns.keys()] }, line);
    return undefined;
  }
  if (column.kind === "numeric" && size(column.shape) !== 1) {
    problems.add("labelShape", where, { column: name, found: column.shape }, line);
    return undefined;
  }
  return column;
}

/** The class of each row, by its name or its position; 0 where it has none. */
export function readLabels(
  column: Column,
  classes: readonly string[],
): { labels: Int32Array; wrong: { row: number; value: string }[] } {
  const positions = new Map(classes.map((text, i) => [text, i]));
  const labels = new Int32Array(rowsOf(column));
  const wrong: { row: number; value: string }[] = [];
  for (let row = 0; row < labels.length; row++) {
    const value = column.values[row];
    const text = value === null || value === undefined || Number.isNaN(value) ? "" : String(value).trim();
    const number = typeof value === "number" ? value : text === "" ? NaN : Number(text);
    const position =
      positions.get(text) ??
      (Number.isInteger(number) && number >= 0 && number < classes.length ? number : undefined);
    if (position === undefined) wrong.push({ row, value: text });
    else labels[row] = position;
  }
  return { labels, wrong };
}

/** Reports rows that are of no class. */
export function tellWrongLabels(
  { name, classes, line }: TargetBinding,
  first: { row: number; value: string; count: number },
  where: string,
  problems: ProblemList,
): void {
  const described =
    typeof classes === "number"
      ? `the classes 0 to ${classes - 1}`
      : classes.map((text) => `"${text}"`).join(", ");
  problems.add("wrongLabel", where, { name, ...first, classes: described }, line);
}
