import { size } from "./size.js";

/** A column of numbers, one array of them a row. */
export interface NumericColumn {
  kind: "numeric";
  /** Of each row; empty for single numbers. */
  shape: number[];
  /** [rows, ...shape]; NaN where a value is missing */
  values: ArrayLike<number>;
  /** Rows whose values aren't of that shape, or no numbers; they are NaN. */
  wrong?: readonly { row: number; reason: string }[];
}

export interface TextColumn {
  kind: "text";
  values: readonly (string | null)[];
  /** The file that each value stands in, where that isn't the table's. */
  sources?: readonly string[];
}

export type Column = NumericColumn | TextColumn;

/** A file's columns. */
export interface Table {
  source: string;
  columns: Map<string, Column>;
  /** The files that it was put together of, in their order. */
  parts?: readonly { source: string; rows: number }[];
  /** Of each row its number in the file, or in all parts counted on, where some are left out. */
  rows?: Int32Array;
}

export function rowsOf(column: Column): number {
  if (column.kind === "text") return column.values.length;
  return column.values.length / size(column.shape);
}

/** A column of cells that may be numbers, texts, lists of numbers or missing. */
export function columnOfCells(cells: readonly unknown[]): Column {
  if (cells.some(isList)) return columnOfLists(cells);
  const numbers = new Float64Array(cells.length);
  for (let i = 0; i < cells.length; i++) {
    const number = numberOf(cells[i]);
    if (number === undefined) return textsOfCells(cells);
    numbers[i] = number;
  }
  return { kind: "numeric", shape: [], values: numbers };
}

/** The same cells as texts, whatever they look like: names that are digits stay as they are written. */
export function textsOfCells(cells: readonly unknown[]): TextColumn {
  return {
    kind: "text",
    values: cells.map((cell) => (cell === null || cell === undefined ? null : textOf(cell))),
  };
}

/** Of a time, as Parquet has them, what ISO 8601 writes. */
function textOf(cell: unknown): string {
  return cell instanceof Date && !Number.isNaN(cell.getTime()) ? cell.toISOString() : String(cell);
}

/** Lists that are as long as most of them. */
function columnOfLists(cells: readonly unknown[]): Column {
  const lists = cells.map((cell) => (isList(cell) ? flat(cell) : undefined));
  const width = mostFrequent(lists.flatMap((list) => list?.length ?? []));
  const values = new Float64Array(cells.length * width).fill(NaN);
  const wrong: { row: number; reason: string }[] = [];
  lists.forEach((list, row) => {
    const cell = cells[row];
    if (cell === null || cell === undefined) return;
    if (list?.length !== width) {
      const found = list === undefined ? `"${String(cell)}"` : `${list.length} values`;
      wrong.push({ row, reason: `it has ${found} where others have ${width} values` });
      return;
    }
    const numbers = Array.from(list, numberOf);
    const odd = numbers.indexOf(undefined);
    if (odd >= 0) wrong.push({ row, reason: `it has "${String(list[odd])}" in a list of numbers` });
    else values.set(numbers as number[], row * width);
  });
  return { kind: "numeric", shape: [width], values, ...(wrong.length > 0 && { wrong }) };
}

function isList(cell: unknown): cell is ArrayLike<unknown> {
  return Array.isArray(cell) || ArrayBuffer.isView(cell);
}

function mostFrequent(numbers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), [0, 0])[0];
}

function flat(list: ArrayLike<unknown>): ArrayLike<unknown> {
  return Array.isArray(list) ? list.flat(Infinity) : list;
}

/** NaN for what is missing, nothing for what is no number. */
export function numberOf(cell: unknown): number | undefined {
  if (cell === null || cell === undefined || cell === "") return NaN;
  if (typeof cell === "number") return cell;
  if (typeof cell === "bigint" || typeof cell === "boolean") return Number(cell);
  if (typeof cell !== "string") return undefined;
  const text = cell.trim();
  if (text === "" || /^(nan|na|null)$/i.test(text)) return NaN;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}
