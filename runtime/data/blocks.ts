import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { AsyncRecordBatchStreamReader } from "apache-arrow";
import { parse } from "csv-parse";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import { arrayBlocks, arrayFiles } from "./array-blocks.js";
import { checkArrowData } from "./arrow-data.js";
import { checkArrowFraming } from "./arrow-framing.js";
import { openArrow, plain } from "./arrow.js";
import { plainReason } from "./damaged.js";
import { rowOf } from "./json-lines.js";
import { mostBytes } from "./limits.js";
import { DataError, ProblemList } from "./problems.js";
import { openParquet, parquetRows } from "./parquet-check.js";
import { readTable } from "./read.js";
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
  /** Columns that have a value for each sample, as far as they are there; where it isn't known which, all columns are read, and arrays as a whole. */
  samples?: ReadonlySet<string>;
  /** Bytes that a part which is read at once may unpack to. */
  most?: number;
}

type Stream = (path: string, options: BlockOptions) => AsyncGenerator<TableBlock>;

const packed = (
  stream: (source: Readable, path: string, options: BlockOptions) => AsyncGenerator<TableBlock>,
) => ({
  plain: (path: string, options: BlockOptions) => stream(createReadStream(path), path, options),
  gzipped: (path: string, options: BlockOptions) => stream(gunzipped(path), path, options),
});
const comma = packed((source, path, options) => csvBlocks(source, ",", path, options));
const tab = packed((source, path, options) => csvBlocks(source, "\t", path, options));
const lines = packed(jsonBlocks);

/** What reads a file part by part, by the file's ending; a folder ends with a slash. Blocks of others are parts of the whole file, which is in memory. */
const streams: ReadonlyMap<string, Stream> = new Map<string, Stream>([
  [".csv", comma.plain],
  [".csv.gz", comma.gzipped],
  [".tsv", tab.plain],
  [".tsv.gz", tab.gzipped],
  [".jsonl", lines.plain],
  [".jsonl.gz", lines.gzipped],
  [".ndjson", lines.plain],
  [".ndjson.gz", lines.gzipped],
  [".parquet", parquetBlocks],
  [".arrow", arrowBlocks],
  [".feather", arrowBlocks],
  ...Array.from(arrayFiles, ([ending, find]): [string, Stream] => [
    ending,
    (path, options) => arrayBlocks(path, find, options),
  ]),
]);

/** Those that read rows, whichever columns are wanted. */
const rowWise: ReadonlySet<Stream> = new Set(
  [...streams].flatMap(([ending, stream]) => (arrayFiles.has(ending) ? [] : [stream])),
);

/** What reads a path part by part; nothing where the whole of it has to be read. */
async function streamOf(path: string): Promise<Stream | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    const names = await readdir(path);
    return names.some((name) => /^[^.].*\.npy$/i.test(name)) ? streams.get("/") : undefined;
  }
  const ending = [...streams.keys()].find((known) => path.toLowerCase().endsWith(known));
  return found?.isFile() && ending !== undefined ? streams.get(ending) : undefined;
}

/** True where a block of a path is in memory at a time, and no more. */
export async function isStreamed(path: string): Promise<boolean> {
  return (await streamOf(path)) !== undefined;
}

/** True where texts that look like numbers are numbers when the whole file is read: it doesn't say itself which they are. */
export async function isWritten(path: string): Promise<boolean> {
  const stream = await streamOf(path);
  return stream !== undefined && rowWise.has(stream);
}

/**
 * Reads a file of samples in blocks, of which one is in memory at a time: of Parquet a row group, of Arrow a record batch, of arrays and texts, also gzipped, some
 * rows.
 * @throws DataError when it isn't there or can't be read
 */
export async function* readBlocks(path: string, options: BlockOptions): AsyncGenerator<TableBlock> {
  const full = resolve(path);
  const stream = await streamOf(full);
  if (stream === undefined || (options.samples === undefined && !rowWise.has(stream))) {
    const slash = /[\\/]$/.test(path) ? "/" : "";
    yield* blocksOf(await readTable(basename(full) + slash, dirname(full)), options);
    return;
  }
  const stamp = await stampOf(full);
  const blocks = stream(full, options);
  try {
    for (;;) {
      const next = await reading(() => blocks.next());
      if (next.done) break;
      yield next.value;
    }
    await checkUnchanged(stamp);
  } catch (error) {
    if (!isReading(error)) throw error;
    await checkUnchanged(stamp);
    const problems = new ProblemList();
    problems.add("unreadable", full, { reason: error.message.replace(/\.$/, "") });
    problems.check();
  } finally {
    await blocks.return(undefined);
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
    if (error instanceof DataError) throw error;
    throw new ReadingError(error instanceof Error ? error.message : String(error));
  }
}

function gunzipped(path: string): Readable {
  const source = createReadStream(path);
  const unpacked = source.pipe(createGunzip());
  source.on("error", (error) => unpacked.destroy(error));
  unpacked.on("close", () => source.destroy());
  return unpacked;
}

async function* csvBlocks(
  source: Readable,
  delimiter: string,
  path: string,
  { size, texts }: BlockOptions,
): AsyncGenerator<TableBlock> {
  const parser = parse({ bom: true, skip_empty_lines: true, trim: true, delimiter });
  source.on("error", (error) => parser.destroy(error));
  const records = source.pipe(parser)[Symbol.asyncIterator]() as AsyncIterator<string[]>;
  try {
    const head = await records.next();
    if (head.done) return;
    const names = head.value;
    let firstRow = 0;
    for (;;) {
      const rows: string[][] = [];
      while (rows.length < size) {
        const next = await records.next();
        if (next.done) break;
        rows.push(next.value);
      }
      // A file without samples is told of as one.
      if (rows.length === 0 && firstRow > 0) return;
      const columns = columnsOfRows(names, texts, rows.length, (_, column, i) => rows[i]?.[column] ?? "");
      yield { table: { source: path, columns }, firstRow };
      if (rows.length < size) return;
      firstRow += rows.length;
    }
  } finally {
    source.destroy();
  }
}

async function* jsonBlocks(
  source: Readable,
  path: string,
  { size, texts }: BlockOptions,
): AsyncGenerator<TableBlock> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decoded = async function* () {
    for await (const bytes of source as AsyncIterable<Uint8Array>)
      yield decoder.decode(bytes, { stream: true });
    yield decoder.decode();
  };
  let rows: ReadonlyMap<string, unknown>[] = [];
  let [number, firstRow] = [0, 0];
  const names = new Set<string>();
  const block = (): TableBlock => {
    for (const row of rows) for (const name of row.keys()) names.add(name);
    const columns = columnsOfRows([...names], texts, rows.length, (name, _, i) => rows[i]?.get(name));
    return { table: { source: path, columns }, firstRow };
  };
  try {
    for await (const line of linesOf(decoded())) {
      number++;
      if (line.trim() !== "") rows.push(rowOf(line, number));
      if (rows.length < size) continue;
      yield block();
      firstRow += rows.length;
      rows = [];
    }
    if (rows.length > 0 || firstRow === 0) yield block();
  } finally {
    source.destroy();
  }
}

async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of texts) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

async function* arrowBlocks(path: string, { size, texts }: BlockOptions): AsyncGenerator<TableBlock> {
  const arrow = await openArrow();
  const file = await open(path);
  try {
    const head = Buffer.alloc(6);
    await file.read(head, 0, 6, 0);
    if (head.toString("latin1", 0, 4) === "FEA1")
      throw new Error("it is Feather of version 1; save it with version 2");
    const { size: bytes } = await file.stat();
    await checkArrowFraming(async (offset, length) => {
      const part = new Uint8Array(length);
      const { bytesRead } = await file.read(part, 0, length, offset);
      return part.subarray(0, bytesRead);
    }, bytes);
    const source = head.toString("latin1") === "ARROW1" ? file : createReadStream(path);
    const reader = (await arrow.RecordBatchReader.from(source as Readable)) as AsyncRecordBatchStreamReader;
    await reader.open();
    const names = reader.schema.fields.map(({ name }) => String(name));
    const cut = (cells: readonly (readonly unknown[])[], from: number, to: number, firstRow: number) => ({
      table: {
        source: path,
        columns: columnsOfRows(names, texts, to - from, (_, column, i) => cells[column]?.[from + i]),
      },
      firstRow,
    });
    let firstRow = 0;
    for await (const batch of reader) {
      for (const [i, data] of batch.data.children.entries())
        checkArrowData(arrow, names[i] as string, data, bytes);
      const cells = names.map((_, i) => Array.from(batch.getChildAt(i) ?? [], plain));
      for (let at = 0; at < batch.numRows; at += size)
        yield cut(cells, at, Math.min(batch.numRows, at + size), firstRow + at);
      firstRow += batch.numRows;
    }
    if (firstRow === 0) yield cut([], 0, 0, 0);
  } catch (error) {
    throw plainReason(error);
  } finally {
    await file.close().catch(() => undefined);
  }
}

async function* parquetBlocks(
  path: string,
  { size, texts, most = mostBytes }: BlockOptions,
): AsyncGenerator<TableBlock> {
  const parquet = await openParquet(await asyncBufferFromFile(path));
  const { metadata, names } = parquet;
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const bytes = Number(group.total_byte_size);
    if (bytes > most)
      throw new Error(
        `a row group unpacks to ${bytes} bytes, more than the ${most} that fit; write smaller ones`,
      );
    const rows = await parquetRows(parquet, rowStart, rowEnd);
    for (let at = 0; at < rows.length; at += size) {
      const part = rows.slice(at, at + size);
      const columns = columnsOfRows(names, texts, part.length, (_, column, i) => part[i]?.[column]);
      yield { table: { source: path, columns }, firstRow: rowStart + at };
    }
    rowStart = rowEnd;
  }
  if (rowStart === 0) {
    const columns = columnsOfRows(names, texts, 0, () => undefined);
    yield { table: { source: path, columns }, firstRow: 0 };
  }
}

/** True and false are read as 1 and 0, as numbers are. */
function digit(cell: unknown): unknown {
  return typeof cell === "boolean" ? Number(cell) : cell;
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
      return [name, texts.has(name) ? textsOfCells(cells.map(digit)) : columnOfCells(cells)] as const;
    }),
  );
}

/** A table in parts; what isn't of the samples, as a vocabulary, is in all of them. Columns that differ in length stay whole, to be told of. */
function* blocksOf(table: Table, { size, samples }: BlockOptions): Generator<TableBlock> {
  const own = [...table.columns].filter(([name]) => samples?.has(name));
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
