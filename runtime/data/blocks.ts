import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { parse } from "csv-parse";
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import { ProblemList } from "./problems.js";
import { readTable, readers } from "./read.js";
import { checkUnchanged, stampOf } from "./unchanged.js";
import { columnOfCells, rowsOf, textsOfCells, type Column, type Table } from "./table.js";

/** Some rows of a file. */
export interface TableBlock {
  table: Table;
  /** Row of the file that comes first in it. */
  firstRow: number;
}

export interface BlockOptions {
  /** Rows of a block, at most. */
  size: number;
  /** Columns that are read as they are written: names that look like numbers stay names. */
  texts: ReadonlySet<string>;
  /** Columns that have a value for each sample, as far as they are there. */
  samples: ReadonlySet<string>;
}

/** What reads a file part by part. Blocks of others are parts of the whole file, which is in memory. */
const streams: ReadonlyMap<string, (path: string, options: BlockOptions) => AsyncGenerator<TableBlock>> =
  new Map([
    [".csv", csvBlocks],
    [".parquet", parquetBlocks],
  ]);

/**
 * Reads a file of samples in blocks: of CSV a block is in memory at a time, of Parquet a row group, of .npz the file.
 * @throws DataError when it isn't there or can't be read
 */
export async function* readBlocks(path: string, options: BlockOptions): AsyncGenerator<TableBlock> {
  const full = resolve(path);
  const ending = extname(full).toLowerCase();
  const stream = streams.get(ending);
  const there = await stat(full).then(
    (found) => found.isFile(),
    () => false,
  );
  if (stream === undefined || !there || !readers.has(ending)) {
    yield* blocksOf(await readTable(basename(full), dirname(full)), options);
    return;
  }
  const stamp = await stampOf(full);
  try {
    yield* stream(full, options);
    await checkUnchanged(stamp);
  } catch (error) {
    if (!isReading(error)) throw error;
    await checkUnchanged(stamp);
    const problems = new ProblemList();
    problems.add("unreadable", full, { reason: error.message.replace(/\.$/, "") });
    problems.check();
  }
}

/** What a reader itself says, not who was given its blocks. */
class ReadingError extends Error {}

function isReading(error: unknown): error is ReadingError {
  return error instanceof ReadingError;
}

async function reading<T>(step: () => Promise<T> | T): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new ReadingError(error instanceof Error ? error.message : String(error));
  }
}

async function* csvBlocks(path: string, { size, texts }: BlockOptions): AsyncGenerator<TableBlock> {
  const source = createReadStream(path);
  const parser = parse({ bom: true, skip_empty_lines: true, trim: true });
  source.on("error", (error) => parser.destroy(error));
  const records = source.pipe(parser)[Symbol.asyncIterator]() as AsyncIterator<string[]>;
  try {
    const head = await reading(() => records.next());
    if (head.done) return;
    const names = head.value;
    let firstRow = 0;
    for (;;) {
      const rows: string[][] = [];
      while (rows.length < size) {
        const next = await reading(() => records.next());
        if (next.done) break;
        rows.push(next.value);
      }
      // A file without samples is told of as one.
      if (rows.length === 0 && firstRow > 0) return;
      const columns = await reading(() =>
        columnsOfRows(names, texts, rows.length, (_, column, i) => rows[i]?.[column] ?? ""),
      );
      yield { table: { source: path, columns }, firstRow };
      if (rows.length < size) return;
      firstRow += rows.length;
    }
  } finally {
    source.destroy();
  }
}

async function* parquetBlocks(path: string, { size, texts }: BlockOptions): AsyncGenerator<TableBlock> {
  const { file, metadata } = await reading(async () => {
    const file = await asyncBufferFromFile(path);
    return { file, metadata: await parquetMetadataAsync(file) };
  });
  const names = metadata.schema.filter((_, i) => i > 0 && isTop(metadata.schema, i)).map(({ name }) => name);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await reading(
      async () =>
        (await parquetReadObjects({ file, metadata, rowStart, rowEnd })) as Record<string, unknown>[],
    );
    for (let at = 0; at < rows.length; at += size) {
      const part = rows.slice(at, at + size);
      const columns = await reading(() =>
        columnsOfRows(names, texts, part.length, (name, _, i) => part[i]?.[name]),
      );
      yield { table: { source: path, columns }, firstRow: rowStart + at };
    }
    rowStart = rowEnd;
  }
  if (rowStart === 0) {
    const columns = columnsOfRows(names, texts, 0, () => undefined);
    yield { table: { source: path, columns }, firstRow: 0 };
  }
}

/** True where an element of a flattened schema is a column of its own and no part of one. */
function isTop(schema: readonly { num_children?: number }[], at: number): boolean {
  let i = 1;
  while (i < at) {
    let left = 1;
    while (left > 0) left += (schema[i++]?.num_children ?? 0) - 1;
  }
  return i === at;
}

function columnsOfRows(
  names: readonly string[],
  texts: ReadonlySet<string>,
  count: number,
  cell: (name: string, column: number, row: number) => unknown,
): Map<string, Column> {
  return new Map(
    names.map((name, column) => {
      const cells = Array.from({ length: count }, (_, i) => cell(name, column, i));
      return [name, texts.has(name) ? textsOfCells(cells) : columnOfCells(cells)] as const;
    }),
  );
}

/** A table in parts; what isn't of the samples, as a vocabulary, is in all of them. Columns that differ in length stay whole, to be told of. */
function* blocksOf(table: Table, { size, samples }: BlockOptions): Generator<TableBlock> {
  const own = [...table.columns].filter(([name]) => samples.has(name));
  const counts = new Set(own.map(([, column]) => rowsOf(column)));
  const [rows = 0] = counts;
  if (counts.size !== 1 || rows <= size) {
    yield { table, firstRow: 0 };
    return;
  }
  for (let firstRow = 0; firstRow < rows; firstRow += size) {
    const parts = own.map(([name, column]): [string, Column] => {
      const width = column.values.length / rows;
      const values = Array.prototype.slice.call(column.values, firstRow * width, (firstRow + size) * width);
      return [name, { ...column, values } as Column];
    });
    yield { table: { ...table, columns: new Map([...table.columns, ...parts]) }, firstRow };
  }
}
