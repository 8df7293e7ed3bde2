import { numbersFor } from "./concatenate.js";
import type { ProblemList } from "./problems.js";
import { rowsOf, type Column, type Table } from "./table.js";
import { size } from "./size.js";

/** Another file, each of whose rows belongs to those of the first with the same key. */
export interface JoinPlan {
  /** Path inside the data folder. */
  with: string;
  /** The column that both have. */
  by: string;
  line?: number;
}

/** How many rows found each other. */
export interface JoinCount {
  with: string;
  by: string;
  /** Rows of the first file. */
  rows: number;
  /** Those whose key the other file hasn't, or that have none, and a few of their keys. */
  without: number;
  few: readonly string[];
  /** True when they stay, without what the other file would have told of them. */
  kept: boolean;
  /** Rows of the other file that belong to none. */
  unused: number;
}

interface JoinOptions {
  /** The columns that a model reads: they must not be in both files, and have a value for each row. */
  bound: ReadonlySet<string>;
  /** True to keep rows that have no partner; their values are missing. */
  keep: boolean;
}

/** The largest whole number up to which all are told apart. */
const mostExact = 2 ** 53;

/**
 * Puts two files side by side by a key. Each row of `left` gets the one row of `right` with its key; keys are numbers or texts, the same number when one file
 * has it as text and the other as a number.
 * @throws DataError when a key isn't there, stands twice in `right`, or nothing fits
 */
export function joinTables(
  left: Table,
  right: Table,
  join: JoinPlan,
  { bound, keep }: JoinOptions,
  problems: ProblemList,
): { table: Table; count: JoinCount } {
  const { by, line } = join;
  const keys = [left, right].map((table) => keyColumn(table, by, problems, line));
  problems.check();
  const [leftKey, rightKey] = keys as [Column, Column];
  for (const [table, key] of [
    [left, leftKey],
    [right, rightKey],
  ] as const) {
    for (const [name, column] of table.columns) {
      if (!bound.has(name) || rowsOf(column) === rowsOf(key)) continue;
      const [rows, otherRows] = [rowsOf(column), rowsOf(key)];
      problems.add("rowsDiffer", table.source, { column: name, rows, other: by, otherRows }, line);
    }
  }
  const twice = [...right.columns.keys()].filter(
    (name) => name !== by && bound.has(name) && left.columns.has(name),
  );
  for (const column of twice)
    problems.add("joinedColumn", right.source, { column, other: left.source }, line);
  problems.check();

  const mixed = leftKey.kind !== rightKey.kind;
  const partners = partnersOf(rightKey, mixed);
  tellDuplicates(partners, right, by, problems, line);
  problems.check();
  const total = rowsOf(leftKey);
  const rows: number[] = [];
  const others: number[] = [];
  const used = new Set<number>();
  const few: string[] = [];
  let without = 0;
  for (let i = 0; i < total; i++) {
    const key = keyAt(leftKey, i, mixed);
    const partner = key === undefined ? undefined : partners.get(key)?.[0];
    if (partner === undefined) {
      without++;
      if (few.length < 3) few.push(key ?? "no key");
      if (!keep) continue;
    } else used.add(partner);
    rows.push(i);
    others.push(partner ?? -1);
  }
  if (used.size === 0) {
    const [example, other] = [keyAt(leftKey, 0, mixed), keyAt(rightKey, 0, mixed)];
    problems.add("nothingJoined", right.source, { by, first: left.source, example, other }, line);
    problems.check();
  }
  const columns = new Map<string, Column>();
  for (const [name, column] of left.columns)
    columns.set(
      name,
      rowsOf(column) === total && !isVocabulary(name) ? taken(column, rows, left.source) : column,
    );
  for (const [name, column] of right.columns) {
    if (columns.has(name)) continue;
    const ofRows = rowsOf(column) === rowsOf(rightKey) && !isVocabulary(name);
    columns.set(name, ofRows ? taken(column, others, right.source) : column);
  }
  const before = left.rows;
  const table: Table = {
    source: left.source,
    columns,
    rows: Int32Array.from(rows, (row) => before?.[row] ?? row),
    ...(left.parts && { parts: left.parts }),
  };
  const unused = rowsOf(rightKey) - used.size;
  return { table, count: { with: join.with, by, rows: total, without, few, kept: keep, unused } };
}

function isVocabulary(name: string): boolean {
  return name.endsWith(".vocabulary");
}

function keyColumn(
  { columns, source }: Table,
  by: string,
  problems: ProblemList,
  line?: number,
): Column | undefined {
  const column = columns.get(by);
  if (column === undefined) {
    problems.add("noColumn", source, { column: by, columns: [...columns.keys()] }, line);
    return undefined;
  }
  if (column.kind === "text") return column;
  if (column.shape.length > 0) {
    problems.add("keyShape", source, { column: by, found: column.shape }, line);
    return undefined;
  }
  for (let row = 0; row < column.values.length; row++) {
    const value = column.values[row] as number;
    if (Number.isNaN(value) || Math.abs(value) <= mostExact) continue;
    problems.add("keyTooLarge", source, { column: by, row, value }, line);
    return undefined;
  }
  return column;
}

/** A row's key; nothing where it has none. @param mixed texts that are numbers are compared as numbers */
function keyAt(column: Column, row: number, mixed: boolean): string | undefined {
  const value = column.values[row];
  if (value === null || value === undefined || Number.isNaN(value)) return undefined;
  if (column.kind === "numeric") return String(value);
  const text = String(value).trim();
  if (text === "") return undefined;
  const number = mixed ? Number(text) : NaN;
  return Number.isNaN(number) ? text : String(number);
}

/** The rows of each key. */
function partnersOf(column: Column, mixed: boolean): Map<string, number[]> {
  const partners = new Map<string, number[]>();
  for (let row = 0; row < column.values.length; row++) {
    const key = keyAt(column, row, mixed);
    if (key === undefined) continue;
    const rows = partners.get(key);
    if (rows === undefined) partners.set(key, [row]);
    else rows.push(row);
  }
  return partners;
}

function tellDuplicates(
  partners: ReadonlyMap<string, number[]>,
  { source }: Table,
  by: string,
  problems: ProblemList,
  line?: number,
) {
  const twice = [...partners].filter(([, rows]) => rows.length > 1);
  if (twice.length === 0) return;
  const few = twice.slice(0, 3).map(([key, rows]) => `"${key}" in rows ${rows.slice(0, 3).join(", ")}`);
  problems.add("keyTwice", source, { column: by, count: twice.length, few }, line);
}

/** A column's values at these rows; missing where a row is -1. */
export function taken(column: Column, rows: readonly number[], source: string): Column {
  if (column.kind === "text") {
    return {
      kind: "text",
      values: rows.map((row) => (row < 0 ? null : (column.values[row] ?? null))),
      sources: rows.map((row) => (row < 0 ? source : (column.sources?.[row] ?? source))),
    };
  }
  const width = size(column.shape);
  const values = numbersFor([column], rows.length * width);
  rows.forEach((row, i) => {
    if (row < 0) values.fill(NaN, i * width, (i + 1) * width);
    else for (let j = 0; j < width; j++) values[i * width + j] = column.values[row * width + j] as number;
  });
  const reasons = new Map(column.wrong?.map(({ row, reason }) => [row, reason]));
  const wrong = rows.flatMap((row, i) => {
    const reason = reasons.get(row);
    return reason === undefined ? [] : [{ row: i, reason }];
  });
  return { kind: "numeric", shape: column.shape, values, ...(wrong.length > 0 && { wrong }) };
}
