import { join } from "node:path";
import type { JoinPlan } from "./join.js";
import { isMedia, loadMedia } from "./media/load.js";
import {
  checkTokens,
  codeColumn,
  nameCategories,
  vocabularyOf,
  type CodedColumn,
  type Names,
} from "./names.js";
import { outputsOf } from "./outputs.js";
import { ProblemList } from "./problems.js";
import type { Samples, Splits } from "./samples.js";
import { size } from "./size.js";
import { readSource } from "./source.js";
import { splitKeys } from "./split/keys.js";
import { splitSamples, type SplitPlan } from "./split.js";
import { columnsOf, loadTargets, type LabelsBinding, type NumbersBinding } from "./targets.js";
import { numberOf, rowsOf, type Column, type NumericColumn, type Table } from "./table.js";
import { encodingOf } from "./transforms/coder.js";
import { cropSound } from "./transforms/crop.js";
import { encodeCells, loadCells } from "./transforms/encode.js";
import { fitPicture } from "./transforms/fit-picture.js";
import type { Statistics } from "./transforms/standardise.js";
import type { Tokenizers } from "./transforms/tokenizer.js";
import { transform, type Transform } from "./transforms/transforms.js";
import { readableSamples, skippedOf, Unreadable, type SkipPlan } from "./unreadable.js";

export type { Samples, Splits } from "./samples.js";
export { columnsOf, type LabelsBinding, type NumbersBinding } from "./targets.js";

/** Which columns feed a modality. */
export interface ModalityBinding {
  /** Several columns stand side by side in a vector. */
  columns: readonly string[];
  /** Of one sample. */
  shape: readonly number[];
  /** True where the column names files of texts. */
  files?: boolean;
  /** What is done to the values, in this order. */
  transforms?: readonly Transform[];
  /** Of a sound: samples a second. */
  rate?: number;
  /** Of a sequence: moments of zeros fill what is shorter; no transform changes them. */
  padding?: "zeros";
  /** Of tokens: how many different ones there are. */
  vocabulary?: number;
  /** Of tokens that are made of texts: the one that fills what is shorter. */
  fill?: number;
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
  /** Other files that the first is joined with. */
  joins?: readonly JoinPlan[];
  /** Set where samples that can't be read are left out. */
  skip?: SkipPlan;
}

/** Where samples come from and how they are divided. */
export interface DataPlan extends DataColumns {
  /** Path inside the data folder; `*` in it names several files. */
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
 * @param tokenizers those that its texts were tokenised by; read from the folder when left out
 * @throws DataError with everything that is wrong
 */
export async function loadData(
  plan: DataPlan,
  folder: string,
  kept?: Names,
  statistics?: Readonly<Record<string, Statistics>>,
  tokenizers?: Tokenizers,
): Promise<Splits> {
  if (plan.streamed !== undefined)
    return (await import("./streamed/load.js")).loadStreamed(plan, folder, {
      names: kept,
      statistics,
      tokenizers,
    });
  const where = join(folder, plan.from);
  const { table, joins } = await readSource(plan, folder);
  const unreadable = plan.skip && new Unreadable();
  const problems = new ProblemList(table, unreadable);
  const rows = checkRows(table, plan, where, problems);
  const inputs: Record<string, Float32Array> = {};
  const present: Record<string, Uint8Array> = {};
  const shapes: Record<string, number[]> = {};
  const coded = new Map<string, ReadonlyMap<string, CodedColumn>>();
  const vocabularies: Record<string, Record<string, readonly string[]>> = {};
  const cells = new Map<string, Column>();
  for (const [name, binding] of Object.entries(plan.modalities)) {
    const categories = codeCategories(binding, table);
    coded.set(name, categories);
    const [column = ""] = binding.columns;
    const encoded = encodingOf(binding) !== undefined;
    const words = binding.vocabulary === undefined || encoded ? undefined : vocabularyOf(table, column);
    if (words !== undefined) vocabularies[name] = { [column]: words };
    const source = { table, categories, folder };
    const loaded = await loadModality(name, binding, source, rows, where, problems);
    shapes[name] = encoded ? [] : [...binding.shape];
    if (loaded === undefined) continue;
    if (loaded.cells !== undefined) cells.set(name, loaded.cells);
    inputs[name] = loaded.values;
    present[name] = loaded.present;
  }
  const { target } = plan;
  const answers = loadTarget(target, table, rows, where, problems);
  const keys = splitKeys(plan.split, table, rows, where, problems);
  problems.check();
  const index = table.rows ?? Int32Array.from({ length: rows }, (_, i) => i);
  const all: Samples = {
    size: rows,
    inputs,
    shapes,
    present,
    ...answers,
    index,
  };
  const samples = unreadable === undefined ? all : readableSamples(all, unreadable);
  const skipped = unreadable && plan.skip && skippedOf(unreadable.told(), rows, plan.skip, { where, folder });
  const readableKeys = unreadable
    ? keys && Array.from(keys).filter((_, i) => unreadable.isReadable(i))
    : keys;
  const splits = splitSamples(samples, plan.split, where, target.name, readableKeys);
  const parts = [splits.train, splits.validation, splits.test, splits.outside].filter(
    (part) => part !== undefined,
  );
  const kinds = { names: kept, tokenizers };
  const coding = await encodeCells(
    parts,
    plan.modalities,
    { cells, rows: table.rows },
    { kept: kinds, folder, where, problems },
  );
  const names = {
    ...vocabularies,
    ...coding.names,
    ...nameCategories(splits, plan.modalities, coded, kept, { where, problems }),
  };
  const standardised = transform(parts, plan.modalities, statistics, { where, problems });
  problems.check();
  return {
    ...splits,
    ...(Object.keys(names).length > 0 && { names }),
    ...(Object.keys(standardised).length > 0 && { statistics: standardised }),
    ...((skipped !== undefined || joins.length > 0) && {
      reading: { ...(skipped && { skipped }), ...(joins.length > 0 && { joins }) },
    }),
    ...(Object.keys(coding.tokenizers).length > 0 && { tokenizers: coding.tokenizers }),
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
  /** Of names and texts that become numbers when the split is known, a 0 for each sample. */
  values: Float32Array;
  present: Uint8Array;
  /** The names or texts, row by row of the table. */
  cells?: Column;
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
  if (encodingOf(binding) !== undefined)
    return loadCells(name, binding, table, rows, { where, folder, problems });
  const [first = ""] = binding.columns;
  const files = table.columns.get(first);
  const values =
    files?.kind === "text" && isMedia(binding)
      ? await loadMedia(name, binding, files, { where, folder, problems })
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
    return found && fittedColumn(found, binding);
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

/** The pictures or sounds of a column in the size that the spec asks for, as far as they have it in them; any other column as it is. */
function fittedColumn(
  column: NumericColumn,
  { shape, rate, transforms = [] }: ModalityBinding,
): NumericColumn {
  const fitting = transforms.some(({ kind }) => kind === "resized" || kind === "cropped");
  const [height, width, channels = 1] = column.shape;
  const [length = 0] = shape;
  const samples = rowsOf(column);
  const each = size(column.shape);
  const one = (i: number) =>
    Float32Array.from({ length: each }, (_, j) => column.values[i * each + j] as number);
  if (!fitting || height === undefined) return column;
  if (rate !== undefined) {
    if (column.shape.length !== 1 || height < length) return column;
    const cropped = new Float32Array(samples * length);
    for (let i = 0; i < samples; i++) cropped.set(cropSound(one(i), length), i * length);
    return { kind: "numeric", shape: [length], values: cropped };
  }
  if (width === undefined || channels !== shape[2]) return column;
  const fit = (i: number) => fitPicture(one(i), [height, width, channels], transforms);
  const fitted = samples === 0 ? [] : fit(0).shape;
  if (samples === 0 || fit(0).smallerThan !== undefined) return column;
  const values = new Float32Array(samples * size(fitted));
  for (let i = 0; i < samples; i++) values.set(Float32Array.from(fit(i).values), i * size(fitted));
  return { kind: "numeric", shape: [...fitted], values };
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
    const numbers = column.values.map(numberOf);
    const wrong = column.values.flatMap((value, row) =>
      numbers[row] === undefined ? [{ column: name, row, value: value ?? "" }] : [],
    );
    problems.addRows("textColumn", where, wrong, {}, line);
    if (wrong.length > 0 && problems.unreadable === undefined) return undefined;
    return { kind: "numeric", shape: [], values: Float64Array.from(numbers, (number) => number ?? NaN) };
  }
  const odd = column.wrong ?? [];
  const each = odd.map(({ row, reason }) => ({ column: name, row, reason, count: 1 }));
  problems.addRows("wrongList", where, each, { count: odd.length }, line);
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
  const partly: { name: string; samples: number; row: number }[] = [];
  const bad: { name: string; count: number; samples: number; row: number }[] = [];
  for (let row = 0; row < rows; row++) {
    // NaN where any value isn't finite.
    let zero = 0;
    for (let j = row * width; j < (row + 1) * width; j++) zero += 0 * (values[j] as number);
    if (zero === 0) continue;
    let wrong = 0;
    let missing = 0;
    for (let j = row * width; j < (row + 1) * width; j++) {
      if (Number.isFinite(values[j])) continue;
      wrong++;
      if (Number.isNaN(values[j])) missing++;
    }
    count += wrong;
    bad.push({ name, count: wrong, samples: 1, row });
    if (missing === width) {
      present[row] = 0;
      values.fill(0, row * width, (row + 1) * width);
    } else partly.push({ name, samples: 1, row });
  }
  if (optional !== true) problems.addRows("notFinite", where, bad, { count, samples: bad.length }, line);
  else problems.addRows("partlyMissing", where, partly, { samples: partly.length }, line);
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
  const each = wrong.map((one) => ({ ...one, count: 1 }));
  tellWrongLabels(target, each, where, problems);
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

/**
 * Reports rows that are of no class.
 * @param wrong of which each stands for `count` rows
 */
export function tellWrongLabels(
  { name, classes, line }: TargetBinding,
  wrong: readonly { row: number; value: string; count: number }[],
  where: string,
  problems: ProblemList,
): void {
  const described =
    typeof classes === "number"
      ? `the classes 0 to ${classes - 1}`
      : classes.map((text) => `"${text}"`).join(", ");
  const each = wrong.map((one) => ({ name, ...one, classes: described }));
  const count = wrong.reduce((sum, one) => sum + one.count, 0);
  problems.addRows("wrongLabel", where, each, { count }, line);
}
