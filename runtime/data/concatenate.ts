import type { ProblemList } from "./problems.js";
import { rowsOf, type Column, type NumericColumn, type Table, type TextColumn } from "./table.js";
import { size } from "./size.js";

/**
 * The rows of several files one after the other. Files agree in the names of their columns and the shape of a row; of a column that is texts in one of them
 * numbers become texts too, so that what is no number is told of where it stands. A vocabulary is the same in all.
 * @param source what they are called together
 */
export function concatenate(tables: readonly Table[], source: string, problems: ProblemList, line?: number) {
  const [first, ...others] = tables as [Table, ...Table[]];
  for (const { columns, source: file } of others) {
    const lacking = [...first.columns.keys()].filter((name) => !columns.has(name));
    const more = [...columns.keys()].filter((name) => !first.columns.has(name));
    if (lacking.length + more.length > 0)
      problems.add("partColumns", file, { first: first.source, lacking, more }, line);
  }
  problems.check();
  const columns = new Map<string, Column>();
  for (const name of first.columns.keys()) {
    const parts = tables.map((table) => ({
      file: table.source,
      column: table.columns.get(name) as Column,
    }));
    const joined = name.endsWith(".vocabulary")
      ? sameTexts(name, parts, problems, line)
      : stacked(name, parts, problems, line);
    if (joined !== undefined) columns.set(name, joined);
  }
  problems.check();
  const table: Table = {
    source,
    columns,
    parts: tables.map((part) => ({ source: part.source, rows: rowCount(part) })),
  };
  return table;
}

interface Part {
  file: string;
  column: Column;
}

/** Of the columns that have a value for each sample. */
function rowCount({ columns }: Table): number {
  const [first] = [...columns].filter(([name]) => !name.endsWith(".vocabulary"));
  return first === undefined ? 0 : rowsOf(first[1]);
}

function sameTexts(name: string, parts: readonly Part[], problems: ProblemList, line?: number) {
  const [first] = parts as [Part, ...Part[]];
  const text = JSON.stringify(Array.from(first.column.values as ArrayLike<unknown>));
  for (const { file, column } of parts) {
    if (JSON.stringify(Array.from(column.values as ArrayLike<unknown>)) !== text)
      problems.add(
        "partDiffers",
        file,
        { column: name, found: "other words", first: first.file, wanted: "its own" },
        line,
      );
  }
  return first.column;
}

function stacked(
  name: string,
  parts: readonly Part[],
  problems: ProblemList,
  line?: number,
): Column | undefined {
  if (parts.some(({ column }) => column.kind === "text" && !isBlank(column)))
    return stackedTexts(name, parts, problems, line);
  // What is empty in all of a file tells nothing of its kind.
  const known = parts.find(({ column }) => !isBlank(column)) ?? (parts[0] as Part);
  if (known.column.kind === "text") return stackedTexts(name, parts, problems, line);
  const { shape } = known.column;
  const width = size(shape);
  for (const { file, column } of parts) {
    if (column.kind === "text" || isBlank(column) || column.shape.join() === shape.join()) continue;
    const words = (sizes: readonly number[]) => `[${sizes.join(", ")}] of each sample`;
    problems.add(
      "partDiffers",
      file,
      { column: name, found: words(column.shape), first: known.file, wanted: words(shape) },
      line,
    );
    return undefined;
  }
  const total = parts.reduce((sum, { column }) => sum + rowsOf(column), 0);
  const values = numbersFor(
    parts.map(({ column }) => column),
    total * width,
  );
  let at = 0;
  const wrong: { row: number; reason: string }[] = [];
  for (const { column } of parts) {
    const rows = rowsOf(column);
    if (isBlank(column)) values.fill(NaN, at * width, (at + rows) * width);
    else {
      values.set(column.values as ArrayLike<number>, at * width);
      for (const { row, reason } of (column as NumericColumn).wrong ?? [])
        wrong.push({ row: row + at, reason });
    }
    at += rows;
  }
  return { kind: "numeric", shape, values, ...(wrong.length > 0 && { wrong }) };
}

function stackedTexts(
  name: string,
  parts: readonly Part[],
  problems: ProblemList,
  line?: number,
): TextColumn | undefined {
  const values: (string | null)[] = [];
  const sources: string[] = [];
  for (const { file, column } of parts) {
    if (column.kind === "numeric" && column.shape.length > 0) {
      const first = (parts.find((part) => part.column.kind === "text") as Part).file;
      problems.add("partDiffers", file, { column: name, found: "lists", first, wanted: "texts" }, line);
      return undefined;
    }
    for (let i = 0; i < column.values.length; i++) {
      const value = column.values[i];
      values.push(value === null || value === undefined || Number.isNaN(value) ? null : String(value));
      sources.push(file);
    }
  }
  return { kind: "text", values, sources };
}

/** True of single values that are all missing. */
function isBlank(column: Column): boolean {
  if (column.kind === "numeric" && column.shape.length > 0) return false;
  for (let i = 0; i < column.values.length; i++) {
    const value = column.values[i];
    if (value !== null && value !== undefined && value !== "" && !Number.isNaN(value)) return false;
  }
  return true;
}

/** Room for numbers of these columns: of 32 bits where that holds all of them exactly, else of 64. */
export function numbersFor(columns: readonly Column[], length: number): Float32Array | Float64Array {
  const narrow = columns.every(
    ({ values }) =>
      values instanceof Float32Array ||
      values instanceof Uint8Array ||
      values instanceof Int8Array ||
      values instanceof Uint16Array ||
      values instanceof Int16Array,
  );
  return narrow ? new Float32Array(length) : new Float64Array(length);
}
