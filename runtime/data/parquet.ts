import { asyncBufferFromFile } from "hyparquet/src/node.js";
import { mostBytes, TooLarge } from "./limits.js";
import { openParquet, parquetRows } from "./parquet-check.js";
import { columnOfCells, type Column, type Table } from "./table.js";

/**
 * Reads Apache Parquet; a column of lists becomes vectors, a null is missing.
 * @throws TooLarge when its footer says that it unpacks to more than `limit` bytes
 */
export async function readParquet(path: string, limit = mostBytes): Promise<Table> {
  const parquet = await openParquet(await asyncBufferFromFile(path));
  const { metadata, names } = parquet;
  const unpacked = metadata.row_groups.reduce((sum, group) => sum + Number(group.total_byte_size), 0);
  if (unpacked > limit) throw new TooLarge(limit);
  const rows = await parquetRows(parquet, 0, Number(metadata.num_rows), limit);
  const columns = new Map<string, Column>();
  names.forEach((name, i) => columns.set(name, columnOfCells(rows.map((row) => row[i]))));
  return { source: path, columns };
}
