import { taken } from "../join.js";
import type { Samples, Splits } from "../samples.js";
import { columnOfCells, rowsOf, type Column, type Table } from "../table.js";

const partNames = ["train", "validation", "test", "outside"] as const;

/** Samples and the table that they were read from, without the rows that found no partner or can't be read: sample `index` is row `index` of the table. */
export function samplesAlone(splits: Splits, table: Table): { splits: Splits; table: Table } {
  const parts = partNames.flatMap((name): [(typeof partNames)[number], Samples][] => {
    const part = splits[name];
    return part === undefined ? [] : [[name, part]];
  });
  const kept = parts.flatMap(([, { index }]) => Array.from(index)).sort((a, b) => a - b);
  const total = table.rows?.length ?? Math.max(0, ...Array.from(table.columns.values(), rowsOf));
  if (kept.length === total && table.rows === undefined) return { splits, table };
  const places = new Map(kept.map((row, i) => [row, i]));
  const rowAt = new Map(Array.from(table.rows ?? kept, (row, i) => [row, table.rows ? i : row]));
  const rows = kept.map((row) => rowAt.get(row) as number);
  const columns = Array.from(table.columns, ([name, column]): [string, Column] => {
    if (rowsOf(column) !== total) return [name, column];
    const own = taken(column, rows, table.source);
    // Without what is none a column may have nothing but numbers.
    return [name, own.kind === "text" ? columnOfCells(own.values) : own];
  });
  const alone = { ...splits };
  for (const [name, part] of parts)
    alone[name] = { ...part, index: part.index.map((row) => places.get(row) as number) };
  return { splits: alone, table: { ...table, columns: new Map(columns) } };
}
