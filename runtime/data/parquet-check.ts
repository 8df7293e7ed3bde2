import {
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type AsyncBuffer,
  type FileMetaData,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { damaged, plainReason } from "./damaged.js";
import { mostBytes, TooLarge } from "./limits.js";

type SchemaTree = ReturnType<typeof parquetSchema>;

/** What the end of a Parquet file tells of it, checked. */
export interface ParquetFile {
  file: AsyncBuffer;
  metadata: FileMetaData;
  /** Of the columns. */
  names: string[];
  /** Numbers of the columns that hold neither lists nor columns; of those a missing value is null, of others undefined. */
  plain: number[];
}

/**
 * Reads the end of a Parquet file, and checks that its groups of rows have the columns and values that it tells of: the library reads as far as they go, and leaves errors of
 * columns that it doesn't find to nobody.
 * @throws Error when it is damaged
 */
export async function openParquet(file: AsyncBuffer): Promise<ParquetFile> {
  try {
    const metadata = await parquetMetadataAsync(file);
    const tree = parquetSchema(metadata);
    const leaves = leavesOf(tree);
    const paths = new Set(leaves.map(({ path }) => path.join("\0")));
    if (paths.size < leaves.length) throw damaged("two of its columns have one name");
    let rows = 0;
    for (const group of metadata.row_groups) {
      rows += count(group.num_rows);
      if (group.columns.length !== leaves.length) throw damaged("a group of rows lacks a column");
      for (const [i, { meta_data: column }] of group.columns.entries()) {
        const leaf = leaves[i] as Leaf;
        if (column === undefined || column.path_in_schema.join("\0") !== leaf.path.join("\0"))
          throw damaged("a group of rows has other columns than the file");
        const [values, begin, size] = [
          column.num_values,
          column.data_page_offset,
          column.total_compressed_size,
        ];
        if (leaf.repeated ? count(values) < 0 : count(values) !== count(group.num_rows))
          throw damaged(`"${leaf.path.join(".")}" has other rows than the file`);
        if (count(begin) + count(size) > file.byteLength) throw damaged("its columns lie outside of it");
      }
    }
    if (count(metadata.num_rows) !== rows)
      throw damaged("its groups of rows are more or fewer than it tells of");
    return {
      file,
      metadata,
      names: tree.children.map(({ element }) => element.name),
      plain: tree.children.flatMap(({ children, element }, i) =>
        children.length === 0 && element.repetition_type !== "REPEATED" ? [i] : [],
      ),
    };
  } catch (error) {
    throw plainReason(error);
  }
}

/**
 * Rows of a Parquet file as lists, since a column may be called like what every object of JavaScript has.
 * @throws Error when some of their values aren't there; TooLarge when they are more than fit
 */
export async function parquetRows(
  { file, metadata, names, plain }: ParquetFile,
  rowStart: number,
  rowEnd: number,
  limit = mostBytes,
): Promise<unknown[][]> {
  // A value takes 8 bytes at least where rows are lists; few bytes may say the same value very often.
  if ((rowEnd - rowStart) * names.length > limit / 8) throw new TooLarge(limit);
  try {
    let rows: unknown[][] = [];
    const onComplete = (all: unknown[][]) => void (rows = all);
    await parquetRead({ file, metadata, compressors, rowStart, rowEnd, onComplete });
    const lacking = rows.find((row) => plain.some((i) => row[i] === undefined));
    if (rows.length !== rowEnd - rowStart || lacking !== undefined)
      throw damaged("it has fewer values than rows");
    return rows;
  } catch (error) {
    throw plainReason(error);
  }
}

interface Leaf {
  path: string[];
  /** Whether a row may have any number of values. */
  repeated: boolean;
}

function leavesOf({ element, children, path }: SchemaTree, repeated = false): Leaf[] {
  const many = repeated || element.repetition_type === "REPEATED";
  if (typeof element.name !== "string") throw damaged("a column has no name");
  return children.length === 0 && path.length > 0
    ? [{ path, repeated: many }]
    : children.flatMap((child) => leavesOf(child, many));
}

/** @throws Error where it is none */
function count(value: unknown): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw damaged("it tells of impossible sizes");
  return number;
}
