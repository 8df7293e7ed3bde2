/** A column of numbers, one array of them a row. */
export interface NumericColumn {
  kind: "numeric";
  /** Of each row; empty for single numbers. */
  shape: number[];
  /** [rows, ...shape]; NaN where a value is missing */
  values: ArrayLike<number>;
}

export interface TextColumn {
  kind: "text";
  values: readonly (string | null)[];
}

export type Column = NumericColumn | TextColumn;

/** A file's columns. */
export interface Table {
  source: string;
  columns: Map<string, Column>;
}

export function rowsOf(column: Column): number {
  if (column.kind === "text") return column.values.length;
  return column.values.length / column.shape.reduce((a, b) => a * b, 1);
}

/** A column of cells that may be numbers, texts, lists of numbers or missing. */
export function columnOfCells(cells: readonly unknown[]): Column {
  const lists = cells.find((cell) => Array.isArray(cell) || ArrayBuffer.isView(cell)) as
    ArrayLike<unknown> | undefined;
  if (lists !== undefined) return columnOfLists(cells, flat(lists).length);
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

function columnOfLists(cells: readonly unknown[], width: number): Column {
  const values = new Float64Array(cells.length * width).fill(NaN);
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell === null || cell === undefined) continue;
    const list = flat(cell as ArrayLike<unknown>);
    if (list.length !== width)
      throw new Error(`row ${i} has ${list.length} values where the rows before have ${width}`);
    for (let j = 0; j < width; j++) {
      const number = numberOf(list[j]);
      if (number === undefined) throw new Error(`row ${i} has "${String(list[j])}" in a list of numbers`);
      values[i * width + j] = number;
    }
  }
  return { kind: "numeric", shape: [width], values };
}

function flat(list: ArrayLike<unknown>): ArrayLike<unknown> {
  return Array.isArray(list) ? list.flat(Infinity) : list;
}

/** NaN for what is missing, nothing for what is no number. */
function numberOf(cell: unknown): number | undefined {
  if (cell === null || cell === undefined || cell === "") return NaN;
  if (typeof cell === "number") return cell;
  if (typeof cell === "bigint" || typeof cell === "boolean") return Number(cell);
  if (typeof cell !== "string") return undefined;
  const text = cell.trim();
  if (text === "" || /^(nan|na|null)$/i.test(text)) return NaN;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}
