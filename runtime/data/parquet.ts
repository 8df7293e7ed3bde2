import { parquetMetadataAsync, parquetRead, parquetSchema } from "hyparquet";
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
  // Rows as lists: a column may be called like what every object of JavaScript has.
  let rows: unknown[][] = [];
  const onComplete = (all: unknown[][]) => void (rows = all);
  await parquetRead({ file, metadata, compressors, onComplete });
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  const columns = new Map<string, Column>();
  names.forEach((name, i) => columns.set(name, columnOfCells(rows.map((row) => row[i]))));
  return { source: path, columns };
}
