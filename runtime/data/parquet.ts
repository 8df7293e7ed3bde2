import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import { compressors } from "hyparquet-compressors";
import { mostBytes, TooLarge } from "./limits.js";
import { columnOfCells, type Column, type Table } from "./table.js";

/**
 * Reads Apache Parquet; a column of lists becomes vectors, a null is missing.
 * @throws TooLarge when its footer says that it unpacks to more than `limit` bytes
 */
export async function readParquet(path: string, limit = mostBytes): Promise<Table> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const unpacked = metadata.row_groups.reduce((sum, group) => sum + Number(group.total_byte_size), 0);
  if (unpacked > limit) throw new TooLarge(limit);
  const rows = (await parquetReadObjects({ file, metadata, compressors })) as Record<string, unknown>[];
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const columns = new Map<string, Column>();
  for (const name of names) columns.set(name, columnOfCells(rows.map((row) => row[name])));
  return { source: path, columns };
}
