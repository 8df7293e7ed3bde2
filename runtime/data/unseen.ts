import { codeOf } from "./category-codes.js";
import { checkRows, columnsOf, loadModality, loadTarget, type DataColumns } from "./load.js";
import { own, vocabularyOf, type CodedColumn, type Names } from "./names.js";
import { unknownAnswers } from "./outputs.js";
import { ProblemList } from "./problems.js";
import type { Samples } from "./samples.js";
import { size } from "./size.js";
import { rowsOf, type Column, type Table } from "./table.js";
import { encodingOf } from "./transforms/coder.js";
import { encodeCells } from "./transforms/encode.js";
import type { Tokenizers } from "./transforms/tokenizer.js";
import type { Statistics } from "./transforms/standardise.js";
import { transform } from "./transforms/transforms.js";
import { readableSamples, Unreadable, type UnreadableRow } from "./unreadable.js";
import type { TableBlock } from "./blocks.js";

/** Samples that a model may never have seen. */
export interface Unseen {
  samples: Samples;
  /** False where what is right isn't known: the samples' labels, or their targets, are all 0 then. */
  labelled: boolean;
  /** Those that can't be read and are no samples therefore, where the spec skips such. */
  unreadable: readonly UnreadableRow[];
}

export interface UnseenOptions {
  names: Names | undefined;
  statistics: Readonly<Record<string, Statistics>> | undefined;
  tokenizers?: Tokenizers | undefined;
  folder: string;
  labels?: boolean;
}

/** Columns whose values are names. */
export function namedColumns({ modalities, target }: DataColumns): Set<string> {
  const categories = Object.values(modalities).flatMap(({ categories = {} }) => Object.keys(categories));
  const encoded = Object.values(modalities).flatMap((binding) =>
    encodingOf(binding) ? binding.columns : [],
  );
  return new Set([...categories, ...encoded, ...(target.kind === undefined ? [target.column] : [])]);
}

/**
 * Makes samples of rows of a table, by the columns, transforms and names that a model was trained with. A modality that is optional may be missing
 * as a column, or in a row; a category that training never saw counts as unknown.
 * @param names of categories and tokens, as training saw them
 * @param statistics by which inputs are standardised, as training had them
 * @param tokenizers of texts, as training had them
 * @param folder of the file: pictures and sounds that a column names lie in it
 * @param labels false to leave what is right unread, even where it is there
 * @throws DataError with everything that doesn't fit
 */
export async function unseenSamples(
  { table, firstRow }: TableBlock,
  columns: DataColumns,
  { names, statistics, tokenizers, folder, labels = true }: UnseenOptions,
): Promise<Unseen> {
  const { source: where } = table;
  const { modalities, target } = columns;
  const unreadable = columns.skip && new Unreadable();
  const problems = new ProblemList({ firstRow }, unreadable);
  const labelled = labels && columnsOf(target).some((name) => table.columns.has(name));
  const told = labelled ? target : { ...target, columns: [], column: "" };
  const rows = checkRows(table, { modalities, target: told }, where, problems);
  checkWhole(table, columns, problems);
  const full = withMissing(table, modalities, rows);
  const inputs: Record<string, Float32Array> = {};
  const present: Record<string, Uint8Array> = {};
  const shapes: Record<string, number[]> = {};
  const cells = new Map<string, Column>();
  for (const [name, binding] of Object.entries(modalities)) {
    const encoded = encodingOf(binding) !== undefined;
    shapes[name] = encoded ? [] : [...binding.shape];
    if (!encoded && binding.vocabulary !== undefined)
      checkVocabulary(name, binding.columns[0] ?? "", { table, names, where, problems });
    const categories = codesByName(name, binding.categories, full, names);
    const source = { table: full, categories, folder };
    const loaded = await loadModality(name, binding, source, rows, where, problems);
    if (loaded === undefined) continue;
    if (loaded.cells !== undefined) cells.set(name, loaded.cells);
    inputs[name] = loaded.values;
    present[name] = loaded.present;
  }
  const index = Int32Array.from({ length: rows }, (_, i) => firstRow + i);
  const answers = labelled ? loadTarget(target, table, rows, where, problems) : unknownAnswers(target, rows);
  problems.check();
  const all: Samples = { size: rows, inputs, shapes, present, ...answers, index };
  const samples = unreadable === undefined ? all : readableSamples(all, unreadable);
  const kept = { names: names ?? {}, tokenizers: tokenizers ?? {} };
  await encodeCells(
    [samples],
    modalities,
    { cells, rows: full.rows },
    { kept, folder, firstRow, where, problems },
  );
  problems.check();
  transform([samples], modalities, statistics, { where, problems });
  problems.check();
  return { samples, labelled, unreadable: unreadable?.all() ?? [] };
}

/** Reports columns that a model needs and that came from another file when it was trained. */
function checkWhole(
  { columns, source }: Table,
  { modalities, joins = [] }: DataColumns,
  problems: ProblemList,
) {
  if (joins.length === 0) return;
  const joined = joins.map((join) => join.with);
  const needed = Object.values(modalities).filter(({ optional }) => optional !== true);
  const wanted = needed.flatMap(({ columns: names }) => names);
  for (const { columns: names, line } of needed)
    for (const column of names)
      if (!columns.has(column)) problems.add("onlyPart", source, { column, joined, wanted }, line);
  problems.check();
}

/** A table in which an optional modality without columns, or without a value in any row, has columns of NaN. */
export function withMissing(table: Table, modalities: DataColumns["modalities"], rows: number): Table {
  const columns = new Map(table.columns);
  for (const { columns: names, shape, optional } of Object.values(modalities)) {
    if (optional !== true) continue;
    const empty = (column: Column | undefined) =>
      column !== undefined && column.kind === "numeric" && column.shape.length === 0 && allNaN(column);
    const none = names.every((name) => !columns.has(name));
    // Of a list's column that is empty in all rows nobody knows that it has lists.
    const blank = names.length === 1 && size(shape) > 1 && empty(columns.get(names[0] as string));
    if (!none && !blank) continue;
    const width = names.length === 1 ? size(shape) : 1;
    const values = new Float32Array(rows * width).fill(NaN);
    for (const name of names)
      columns.set(name, { kind: "numeric", shape: width === 1 ? [] : [...shape], values });
  }
  return { ...table, columns };
}

function allNaN({ values }: Column): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i])) return false;
  return true;
}

/** A category's names as positions in those that training saw; all others share the slot behind them. */
function codesByName(
  modality: string,
  categories: Readonly<Record<string, number>> = {},
  table: Table,
  names: Names | undefined,
): Map<string, CodedColumn> {
  const coded = new Map<string, CodedColumn>();
  for (const [name, most] of Object.entries(categories)) {
    const column = table.columns.get(name);
    if (column === undefined || (column.kind === "numeric" && column.shape.length > 0)) continue;
    const known = own(own(names, modality), name) ?? [];
    const codes = Float64Array.from({ length: rowsOf(column) }, (_, i) =>
      codeOf(column.values[i], known, most),
    );
    coded.set(name, { names: known, codes });
  }
  return coded;
}

/** Reports a file whose tokens stand for other words. */
function checkVocabulary(
  name: string,
  column: string,
  {
    table,
    names,
    where,
    problems,
  }: { table: Table; names: Names | undefined; where: string; problems: ProblemList },
): void {
  const found = vocabularyOf(table, column);
  const wanted = own(own(names, name), column);
  if (found === undefined || wanted === undefined) return;
  const length = Math.max(found.length, wanted.length);
  for (let token = 0; token < length; token++) {
    if (found[token] === wanted[token]) continue;
    const words = {
      ...(found[token] !== undefined && { found: found[token] }),
      ...(wanted[token] !== undefined && { wanted: wanted[token] }),
    };
    problems.add("otherVocabulary", where, { name, column, token, ...words });
    return;
  }
}
