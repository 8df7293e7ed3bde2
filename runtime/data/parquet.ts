import { parquetReadObjects } from "hyparquet";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import { compressors } from "hyparquet-compressors";
import { columnOfCells, type Column, type Table } from "./table.js";

/** Reads Apache Parquet; a column of lists becomes vectors, a null is missing. */
export async function readParquet(path: string): Promise<Table> {
  const rows = (await parquetReadObjects({
    file: await asyncBufferFromFile(path),
    compressors,
  })) as Record<string, unknown>[];
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const columns = new Map<string, Column>();
  for (const name of names) columns.set(name, columnOfCells(rows.map((row) => row[name])));
  return { source: path, columns };
}
