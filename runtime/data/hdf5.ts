import { readFile, stat } from "node:fs/promises";
import type { Dataset, Group } from "h5wasm";
import { checkHdf5Heaps } from "./hdf5-heaps.js";
import { mostBytes, TooLarge } from "./limits.js";
import { textsOfCells, type Column, type Table } from "./table.js";
import { size } from "./size.js";

/** Bytes that are taken out of a file at a time. */
const sliceBytes = 2 ** 24;

/** Bytes of a chunk, which is unpacked as a whole: 256 MiB. */
const chunkBytes = 2 ** 28;

/** Rows of texts that are taken at a time: how long they are is known only then. */
const sliceTexts = 256;

/** HDF5's own ways to pack, which the library has: by their numbers in the file. */
const unpacked = new Map([
  [1, "gzip"],
  [2, "shuffle"],
  [3, "fletcher32"],
  [5, "nbit"],
  [6, "scaleoffset"],
]);

/** The kinds of values that are read, by HDF5's numbers of them. */
const kinds = new Map<number, "whole" | "float" | "text">([
  [0, "whole"],
  [1, "float"],
  [3, "text"],
  // Truth values are one, as h5py writes them.
  [8, "whole"],
]);

let count = 0;

/**
 * Reads HDF5: each dataset with a first axis is a column, one in a group called by its path, `eye/left`; numbers, texts and truth values. What else a file
 * holds is passed over. The library reads it from memory and sees no other file: links out of the file lead nowhere.
 * @throws TooLarge when the file, or what its datasets say that they hold, takes more than `limit` bytes
 */
export async function readHdf5(path: string, limit = mostBytes): Promise<Table> {
  if ((await stat(path)).size > limit) throw new TooLarge(limit);
  const bytes = await readFile(path);
  checkHdf5Heaps(bytes);
  const { default: hdf5, File } = await open();
  const module = await hdf5.ready;
  const { FS } = module as unknown as { FS: Disk };
  const inside = `read-${process.pid}-${count++}.h5`;
  FS.writeFile(inside, bytes);
  // Errors are thrown, not printed.
  module.activate_throwing_error_handler();
  try {
    const file = new File(inside, "r");
    try {
      return { source: path, columns: columnsOf(file, hdf5.Dataset, new Budget(limit)) };
    } finally {
      file.close();
    }
  } catch (error) {
    throw error instanceof TooLarge ? error : new Error(plainReason(error));
  } finally {
    FS.unlink(inside);
  }
}

interface Disk {
  writeFile(path: string, bytes: Uint8Array): void;
  unlink(path: string): void;
}

/** The library, loaded when the first such file is read. */
function open() {
  return import("h5wasm");
}

/** The first cause that the library tells, or the innermost. */
function plainReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/signature not found/.test(message)) return "it is no HDF5";
  if (/truncated file/.test(message)) return "it is cut off";
  const causes = [...message.matchAll(/in \w+\(\): ([^\n]+)/g)].map(([, text]) => text as string);
  return causes.at(-1) ?? message.split("\n")[0] ?? message;
}

/** Bytes that may still be taken. */
class Budget {
  private left: number;

  constructor(private readonly limit: number) {
    this.left = limit;
  }

  /** @throws TooLarge when nothing is left */
  take(bytes: number): void {
    this.left -= bytes;
    if (!(this.left >= 0)) throw new TooLarge(this.limit);
  }
}

function columnsOf(file: Group, DatasetOf: typeof Dataset, budget: Budget): Map<string, Column> {
  const columns = new Map<string, Column>();
  for (const path of file.paths()) {
    const entity = file.get(path);
    if (!(entity instanceof DatasetOf)) continue;
    const column = columnOf(path, entity, budget);
    if (column !== undefined) columns.set(path, column);
  }
  return columns;
}

/** A dataset's values; nothing for what has no rows, or neither numbers nor texts. */
function columnOf(path: string, dataset: Dataset, budget: Budget): Column | undefined {
  const { metadata, filters } = dataset;
  const [rows, ...shape] = metadata.shape ?? [];
  const kind = kinds.get(metadata.type);
  if (rows === undefined || kind === undefined) return undefined;
  if (kind === "float" && metadata.size !== 4 && metadata.size !== 8)
    throw new Error(`"${path}" has floats of ${8 * metadata.size} bits; save it with 32 or 64`);
  const packed = filters.find(({ id }) => !unpacked.has(id));
  if (packed !== undefined)
    throw new Error(`"${path}" is packed by ${packed.name || `filter ${packed.id}`}; save it with gzip`);
  const width = size(shape);
  budget.take(rows * width * metadata.size);
  for (const chunk of metadata.chunks === null ? [] : [metadata.chunks]) {
    const bytes = chunk.reduce((a, b) => a * b, metadata.size);
    if (bytes > chunkBytes) throw new Error(`"${path}" is packed in chunks of ${bytes} bytes`);
  }
  if (kind === "text") return width === 1 ? textsOf(dataset, rows, shape, budget) : undefined;
  return numbersOf(dataset, rows, shape, width);
}

/** Values are taken part by part, each of whole chunks: what the library needs for it stays small. */
function numbersOf(dataset: Dataset, rows: number, shape: number[], width: number): Column {
  const { metadata } = dataset;
  const chunkRows = metadata.chunks?.[0] ?? 1;
  const atOnce = Math.ceil(sliceBytes / Math.max(1, width * metadata.size) / chunkRows) * chunkRows;
  let values: TypedValues | undefined;
  for (let from = 0; from < rows; from += atOnce) {
    const to = Math.min(rows, from + atOnce);
    const found = dataset.slice([[from, to], ...shape.map((size): [number, number] => [0, size])]);
    const part =
      found instanceof BigInt64Array || found instanceof BigUint64Array
        ? Float64Array.from(found, Number)
        : (found as TypedValues);
    values ??= new (part.constructor as new (length: number) => TypedValues)(rows * width);
    values.set(part, from * width);
  }
  return { kind: "numeric", shape, values: values ?? new Float32Array(0) };
}

type TypedValues = Float32Array | Float64Array;

function textsOf(dataset: Dataset, rows: number, shape: number[], budget: Budget): Column {
  const cells: unknown[] = [];
  for (let from = 0; from < rows; from += sliceTexts) {
    const to = Math.min(rows, from + sliceTexts);
    const part = dataset.slice([[from, to], ...shape.map((size): [number, number] => [0, size])]);
    for (const text of part as string[]) {
      budget.take(2 * text.length);
      cells.push(text === "" ? null : text);
    }
  }
  return textsOfCells(cells);
}
