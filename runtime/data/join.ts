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

export interface JoinOptions {
  /** The columns that a model reads: they must not be in both files, and have a value for each row. */
  bound: ReadonlySet<string>;
  /** True to keep rows that have no partner; their values are missing. */
  keep: boolean;
}

/** The largest whole number up to which all are told apart. */
const mostExact = 2 ** 53;

/** A file that others are joined with by a key: all at once, or block by block. Keys are numbers or texts, the same number when one file has it as text and the other as a number. */
export class Joiner {
  private readonly key: Column;
  private readonly used = new Set<number>();
  private readonly few: string[] = [];
  private readonly partners = new Map<boolean, ReadonlyMap<string, number[]>>();
  /** Rows of what was joined last. */
  seen = 0;
  private rows = 0;
  private without = 0;
  /** The first keys, for messages. */
  private example: { first: string | undefined; other: string | undefined } | undefined;

  /** @throws DataError when the key isn't there */
  constructor(
    private readonly right: Table,
    private readonly plan: JoinPlan,
    private readonly options: JoinOptions,
    private readonly problems: ProblemList,
  ) {
    const key = keyColumn(right, plan.by, problems, plan.line);
    problems.check();
    this.key = key as Column;
  }

  /**
   * Puts rows of another file beside those with the same keys.
   * @throws DataError when the key isn't there, or stands twice in the file that is joined
   */
  join(left: Table): Table {
    const { right, plan, options, problems } = this;
    const { by, line } = plan;
    const { keep } = options;
    const leftKey = keyColumn(left, by, problems, line) as Column;
    problems.check();
    this.checkColumns(left, leftKey);
    const mixed = leftKey.kind !== this.key.kind;
    const partners = this.partnersFor(mixed);
    const total = rowsOf(leftKey);
    const rows: number[] = [];
    const others: number[] = [];
    for (let i = 0; i < total; i++) {
      const key = keyAt(leftKey, i, mixed);
      const partner = key === undefined ? undefined : partners.get(key)?.[0];
      if (partner === undefined) {
        this.without++;
        if (this.few.length < 3) this.few.push(key ?? "no key");
        if (!keep) continue;
      } else this.used.add(partner);
      rows.push(i);
      others.push(partner ?? -1);
    }
    this.rows += total;
    this.seen = total;
    this.example ??= { first: keyAt(leftKey, 0, mixed), other: keyAt(this.key, 0, mixed) };
    const columns = new Map<string, Column>();
    for (const [name, column] of left.columns)
      columns.set(
        name,
        rowsOf(column) === total && !isVocabulary(name) ? taken(column, rows, left.source) : column,
      );
    for (const [name, column] of right.columns) {
      if (columns.has(name)) continue;
      const ofRows = rowsOf(column) === rowsOf(this.key) && !isVocabulary(name);
      columns.set(name, ofRows ? taken(column, others, right.source) : column);
    }
    const before = left.rows;
    return {
      source: left.source,
      columns,
      rows: Int32Array.from(rows, (row) => before?.[row] ?? row),
      ...(left.parts && { parts: left.parts }),
    };
  }

  /**
   * How many rows found each other, of all.
   * @param first what the other file is called
   * @throws DataError where none did
   */
  end(first: string): JoinCount {
    const { right, plan, options, problems, used, rows, without, few, example } = this;
    const { by, line } = plan;
    if (used.size === 0) {
      const about = { by, first, example: example?.first, other: example?.other };
      problems.add("nothingJoined", right.source, about, line);
      problems.check();
    }
    const unused = rowsOf(this.key) - used.size;
    return { with: plan.with, by, rows, without, few, kept: options.keep, unused };
  }

  private checkColumns(left: Table, leftKey: Column): void {
    const { right, plan, options, problems } = this;
    const { by, line } = plan;
    for (const [table, key] of [
      [left, leftKey],
      [right, this.key],
    ] as const) {
      for (const [name, column] of table.columns) {
        if (!options.bound.has(name) || rowsOf(column) === rowsOf(key)) continue;
        const [rows, otherRows] = [rowsOf(column), rowsOf(key)];
        problems.add("rowsDiffer", table.source, { column: name, rows, other: by, otherRows }, line);
      }
    }
    const twice = [...right.columns.keys()].filter(
      (name) => name !== by && options.bound.has(name) && left.columns.has(name),
    );
    for (const column of twice)
      problems.add("joinedColumn", right.source, { column, other: left.source }, line);
    problems.check();
  }

  private partnersFor(mixed: boolean): ReadonlyMap<string, number[]> {
    const { right, plan, problems } = this;
    const before = this.partners.get(mixed);
    if (before !== undefined) return before;
    const partners = partnersOf(this.key, mixed);
    tellDuplicates(partners, right, plan.by, problems, plan.line);
    problems.check();
    this.partners.set(mixed, partners);
    return partners;
  }
}

/**
 * Puts two files side by side by a key. Each row of `left` gets the one row of `right` with its key.
 * @throws DataError when a key isn't there, stands twice in `right`, or nothing fits
 */
export function joinTables(
  left: Table,
  right: Table,
  join: JoinPlan,
  options: JoinOptions,
  problems: ProblemList,
): { table: Table; count: JoinCount } {
  keyColumn(left, join.by, problems, join.line);
  const joiner = new Joiner(right, join, options, problems);
  const table = joiner.join(left);
  return { table, count: joiner.end(left.source) };
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
