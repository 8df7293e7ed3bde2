import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { columnOfCells, type Column, type Table } from "./table.js";

/** Reads comma-separated values whose first line names the columns; an empty cell is missing. */
export async function readCsv(path: string): Promise<Table> {
  const lines = parse(await readFile(path), { bom: true, skip_empty_lines: true, trim: true }) as string[][];
  const [head = [], ...rows] = lines;
  const columns = new Map<string, Column>();
  head.forEach((name, i) => columns.set(name, columnOfCells(rows.map((cells) => cells[i] ?? ""))));
  return { source: path, columns };
}
