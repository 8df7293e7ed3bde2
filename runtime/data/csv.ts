import { parse } from "csv-parse/sync";
import { columnOfCells, type Column, type Table } from "./table.js";

/** Reads comma-separated values whose first line names the columns; an empty cell is missing. */
export function readCsv(bytes: Uint8Array, path: string): Table {
  return tableOfCells(bytes, path, ",");
}

/** The same with tabs between the values. */
export function readTsv(bytes: Uint8Array, path: string): Table {
  return tableOfCells(bytes, path, "\t");
}

function tableOfCells(bytes: Uint8Array, path: string, delimiter: string): Table {
  const lines = parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
    bom: true,
    skip_empty_lines: true,
    trim: true,
    delimiter,
  }) as string[][];
  const [head = [], ...rows] = lines;
  const columns = new Map<string, Column>();
  head.forEach((name, i) => columns.set(name, columnOfCells(rows.map((cells) => cells[i] ?? ""))));
  return { source: path, columns };
}
