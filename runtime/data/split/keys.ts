import type { ProblemList } from "../problems.js";
import type { SplitPlan } from "../split.js";
import { rowsOf, type Column, type Table } from "../table.js";

/** What the column of a split says of each sample: its group, its time, or its part as a position in `partNames`. */
export type SplitKeys = ArrayLike<number>;

export const partNames = ["train", "validation", "test"] as const;
export type PartName = (typeof partNames)[number];

/** What people call the parts. */
const partWords: ReadonlyMap<string, PartName> = new Map([
  ["train", "train"],
  ["training", "train"],
  ["learn", "train"],
  ["validation", "validation"],
  ["validate", "validation"],
  ["valid", "validation"],
  ["val", "validation"],
  ["dev", "validation"],
  ["development", "validation"],
  ["test", "test"],
  ["testing", "test"],
  ["held_out", "test"],
]);

/**
 * Reads the column that samples are divided by.
 * @param rows of the samples
 * @param groups those of rows before, numbered as they came; others are added
 * @returns undefined where the split has none, or it is wrong, which has then been added to the problems
 */
export function splitKeys(
  { by, line }: SplitPlan,
  table: Table,
  rows: number,
  where: string,
  problems: ProblemList,
  groups = new Map<string, number>(),
): Float64Array | undefined {
  if (by === undefined) return undefined;
  const name = by.column;
  const column = table.columns.get(name);
  if (column === undefined) {
    problems.add("noColumn", where, { column: name, columns: [...table.columns.keys()] }, line);
    return undefined;
  }
  const found = column.kind === "text" ? [] : column.shape;
  if (found.some((size) => size !== 1)) {
    problems.add("splitShape", where, { column: name, found }, line);
    return undefined;
  }
  if (rowsOf(column) !== rows) {
    problems.add("splitRows", where, { column: name, rows: rowsOf(column), samples: rows }, line);
    return undefined;
  }
  const cells = Array.from({ length: rows }, (_, row) => cellOf(column, row));
  const missing = cells.flatMap((cell, row) => (cell === undefined ? [row] : []));
  if (missing.length > 0) {
    const about = { column: name, row: missing[0] as number, count: missing.length };
    problems.add("splitMissing", where, about, line);
    return undefined;
  }
  const keys = readers[by.kind](cells as string[], groups);
  const wrong = [...keys.entries()].flatMap(([row, key]) => (Number.isNaN(key) ? [row] : []));
  const [row] = wrong;
  if (row === undefined) return keys;
  const about = { column: name, row, value: cells[row] as string, count: wrong.length };
  problems.add(by.kind === "time" ? "noTime" : "noPart", where, about, line);
  return undefined;
}

/** NaN for what is none. */
const readers: Readonly<
  Record<
    NonNullable<SplitPlan["by"]>["kind"],
    (cells: readonly string[], groups: Map<string, number>) => Float64Array
  >
> = {
  group(cells, groups) {
    for (const cell of cells) if (!groups.has(cell)) groups.set(cell, groups.size);
    return Float64Array.from(cells, (cell) => groups.get(cell) as number);
  },
  time: (cells) => Float64Array.from(cells, timeOf),
  column(cells) {
    const part = (cell: string) => partWords.get(cell.toLowerCase().replace(/[-\s]/g, "_"));
    return Float64Array.from(cells, (cell) => {
      const named = part(cell);
      return named === undefined ? NaN : partNames.indexOf(named);
    });
  },
};

/** A cell as text; undefined where there is none. */
function cellOf({ values }: Column, row: number): string | undefined {
  const cell = values[row];
  if (cell === null || cell === undefined || Number.isNaN(cell)) return undefined;
  const text = String(cell).trim();
  return text === "" ? undefined : text;
}

const isoTime =
  /^(\d{4}-\d{2}(?:-\d{2})?)(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/;

/** A number, or a date as ISO 8601 writes it, in milliseconds; without a zone it is UTC. NaN for anything else. */
function timeOf(text: string): number {
  const [, date, clock, zone = "Z"] = isoTime.exec(text) ?? [];
  if (date === undefined) return Number(text);
  if (clock === undefined) return Date.parse(date);
  return Date.parse(`${date}T${clock}${zone.replace(/^(...)(\d{2})$/, "$1:$2")}`);
}
