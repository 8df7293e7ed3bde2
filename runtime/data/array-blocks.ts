import { createReadStream } from "node:fs";
import { open, readdir, stat, type FileHandle } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { createInflateRaw } from "node:zlib";
import type { BlockOptions, TableBlock } from "./blocks.js";
import { checkShape, readNpy } from "./npz.js";
import { ProblemList } from "./problems.js";
import { numbersOf } from "./safetensors.js";
import type { Column, NumericColumn } from "./table.js";
import { zipEntries } from "./zip.js";
import { size as sizeOf } from "./size.js";

/** An array that lies in a file, its first axis the samples. */
interface StoredArray {
  name: string;
  /** As safetensors calls it. */
  dtype: string;
  shape: readonly number[];
  /** Gives its bytes from the beginning, part by part. */
  open(): Promise<Bytes>;
}

/** An array that is read whole: names of tokens, and what isn't numbers. */
interface WholeArray {
  name: string;
  whole(): Promise<Column>;
}

/** Bytes of a file, from some place on. */
interface Bytes {
  /** @throws Error when fewer are left */
  next(count: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

type AnyArray = StoredArray | WholeArray;

/** Finds the arrays of a file without reading them, by the file's ending. */
export const arrayFiles: ReadonlyMap<string, (path: string) => Promise<AnyArray[]>> = new Map([
  [".npy", async (path) => [await npyFile(path, true)]],
  [".npz", npzArrays],
  [".safetensors", safetensorsArrays],
  ["/", folderArrays],
]);

/**
 * Reads arrays in blocks of rows: only a block of those that samples need is in memory.
 * @throws Error when a file is shorter than it says; DataError when arrays that samples need have different lengths
 */
export async function* arrayBlocks(
  path: string,
  find: (path: string) => Promise<AnyArray[]>,
  { size, samples = new Set() }: BlockOptions,
): AsyncGenerator<TableBlock> {
  const found = await find(path);
  const columns = new Map<string, Column>();
  const parts: { name: string; bytes: Bytes; array: StoredArray }[] = [];
  try {
    for (const array of found) {
      const { name } = array;
      const wanted = samples.has(name) || columnsOfMatrix(array, samples).length > 0;
      if ("whole" in array) {
        if (wanted || name.endsWith(".vocabulary")) columns.set(name, await array.whole());
        else columns.set(name, nothing);
      } else if (wanted) parts.push({ name, bytes: await array.open(), array });
      else columns.set(name, nothing);
    }
    const rows = rowsOfAll(parts, path);
    for (let firstRow = 0; firstRow < rows || firstRow === 0; firstRow += size) {
      const count = Math.min(size, rows - firstRow);
      const block = new Map(columns);
      for (const { name, bytes, array } of parts) {
        const [, ...shape] = array.shape;
        const width = sizeOf(shape);
        const raw = await bytes.next(count * width * bytesOf(array.dtype));
        const values = valuesOf(array.dtype, [count, ...shape], raw);
        block.set(name, { kind: "numeric", shape, values });
        for (const own of columnsOfMatrix(array, samples))
          block.set(own, columnOf(values, width, Number(own), count));
      }
      for (const [name, column] of columns)
        if (column.kind === "text" && samples.has(name))
          block.set(name, { ...column, values: column.values.slice(firstRow, firstRow + count) });
      yield { table: { source: path, columns: block }, firstRow };
      if (rows === 0) return;
    }
  } finally {
    for (const { bytes } of parts) await bytes.close();
  }
}

const nothing: NumericColumn = { kind: "numeric", shape: [], values: [] };

/** Of a matrix in a file of its own, its columns that samples need: "0", "1", ... */
function columnsOfMatrix(array: AnyArray, samples: ReadonlySet<string>): string[] {
  if ("whole" in array || array.shape.length !== 2 || !("matrix" in array)) return [];
  const [, width = 0] = array.shape;
  return [...samples].filter((name) => /^\d+$/.test(name) && Number(name) < width);
}

function columnOf(values: ArrayLike<number>, width: number, k: number, rows: number): NumericColumn {
  const own = Float64Array.from({ length: rows }, (_, i) => values[i * width + k] as number);
  return { kind: "numeric", shape: [], values: own };
}

function rowsOfAll(parts: readonly { name: string; array: StoredArray }[], where: string): number {
  const [first] = parts;
  const rows = first?.array.shape[0] ?? 0;
  const problems = new ProblemList();
  for (const { name, array } of parts) {
    const [own = 0] = array.shape;
    if (own !== rows)
      problems.add("rowsDiffer", where, {
        column: name,
        rows: own,
        other: first?.name ?? "",
        otherRows: rows,
      });
  }
  problems.check();
  return rows;
}

const sizes: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

function bytesOf(dtype: string): number {
  const size = sizes[dtype];
  if (size === undefined) throw new Error(`arrays of type ${dtype} aren't read`);
  return size;
}

/** Those whose bytes are the values of one of JavaScript's arrays are taken as they are. */
const views: Readonly<
  Record<string, new (buffer: ArrayBufferLike, at: number, count: number) => ArrayLike<number>>
> = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

function valuesOf(dtype: string, shape: readonly number[], bytes: Uint8Array): ArrayLike<number> {
  const View = views[dtype];
  if (View === undefined) return numbersOf({ dtype, shape, bytes });
  const size = bytesOf(dtype);
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new View(aligned.buffer, aligned.byteOffset, aligned.byteLength / size);
}

// --- where arrays lie

/** NumPy's names of types, little-endian or of one byte. */
const numpyTypes: Readonly<Record<string, string>> = {
  "<f8": "F64",
  "<f4": "F32",
  "<f2": "F16",
  "<i8": "I64",
  "<u8": "U64",
  "<i4": "I32",
  "<u4": "U32",
  "<i2": "I16",
  "<u2": "U16",
  "|i1": "I8",
  "|u1": "U8",
  "|b1": "BOOL",
};

/** @param alone true where what stands side by side in a row is a column each, too */
async function npyFile(path: string, alone: boolean): Promise<AnyArray> {
  const { size } = await stat(path);
  return npyArray(basename(path, ".npy"), fileBytes(path, 0), size, alone);
}

/**
 * @param begin opens its file at the beginning of the array's own file
 * @param size of that, in bytes
 */
async function npyArray(
  name: string,
  begin: () => Promise<Bytes>,
  size: number,
  alone = false,
): Promise<AnyArray> {
  const bytes = await begin();
  try {
    const head = await bytes.next(10);
    if (Buffer.from(head).toString("latin1", 1, 6) !== "NUMPY")
      throw new Error(`"${name}" is no NumPy array`);
    const long = (head[6] as number) > 1;
    const more = long
      ? Buffer.concat([head.subarray(8), await bytes.next(2)]).readUInt32LE(0)
      : Buffer.from(head).readUInt16LE(8);
    if (more > size) throw new Error(`its header should take ${more} bytes, but it has ${size} in all`);
    const text = Buffer.from(await bytes.next(more)).toString("latin1");
    const descr = /'descr'\s*:\s*'([^']+)'/.exec(text)?.[1] ?? "";
    const shape = (/'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1] ?? "")
      .split(",")
      .flatMap((size) => (size.trim() === "" ? [] : [Number(size)]));
    const dtype = numpyTypes[descr];
    const skip = (long ? 12 : 10) + more;
    if (dtype === undefined) {
      return {
        name,
        async whole() {
          const own = await begin();
          const count = sizeOf(shape) * Number(/\d+/.exec(descr)?.[0] ?? 0) * (descr.includes("U") ? 4 : 1);
          try {
            return readNpy(await own.next(skip + count));
          } finally {
            await own.close();
          }
        },
      };
    }
    if (/'fortran_order'\s*:\s*True/.test(text) && shape.length > 1)
      throw new Error("an array is in Fortran order; save it with order C");
    checkShape(shape, (size - skip) / bytesOf(dtype));
    if (shape.length === 0) return { name, whole: async () => nothing };
    const array: StoredArray & { matrix?: true } = {
      name,
      dtype,
      shape,
      ...(alone && { matrix: true }),
      async open() {
        const own = await begin();
        await own.next(skip);
        return own;
      },
    };
    return array;
  } finally {
    await bytes.close();
  }
}

async function npzArrays(path: string): Promise<AnyArray[]> {
  const entries = (await zipEntries(path)).filter(({ name }) => name.endsWith(".npy"));
  const arrays: AnyArray[] = [];
  for (const { name, offset, packed, unpacked, deflated } of entries) {
    const begin = deflated ? inflatedBytes(path, offset, packed) : fileBytes(path, offset);
    arrays.push(await npyArray(name.slice(0, -".npy".length), begin, unpacked));
  }
  return arrays;
}

async function folderArrays(path: string): Promise<AnyArray[]> {
  const names = (await readdir(path)).filter((name) => /^[^.].*\.npy$/i.test(name)).sort();
  return Promise.all(names.map((name) => npyFile(join(path, name), false)));
}

/** Bytes of a header, as the format allows at most. */
const mostHeader = 100_000_000;

async function safetensorsArrays(path: string): Promise<AnyArray[]> {
  const { size } = await stat(path);
  const bytes = await fileBytes(path, 0)();
  try {
    if (size < 8) throw new Error("it is shorter than its header's length");
    const length = Number(Buffer.from(await bytes.next(8)).readBigUInt64LE(0));
    if (length > Math.min(mostHeader, size - 8))
      throw new Error(`its header should take ${length} bytes, but ${size - 8} follow`);
    const header: unknown = JSON.parse(new TextDecoder().decode(await bytes.next(length)));
    if (typeof header !== "object" || header === null) throw new Error("its header is no object");
    return Object.entries(header).flatMap(([name, entry]): AnyArray[] => {
      if (name === "__metadata__") return [];
      const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
      const isSize = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
      if (
        typeof dtype !== "string" ||
        !Array.isArray(shape) ||
        !shape.every(isSize) ||
        !Array.isArray(offsets)
      )
        throw new Error(`its header tells no type, shape and place of "${name}"`);
      const [from, to] = offsets as [number, number];
      const wanted = (shape as number[]).reduce((a, b) => a * b, sizes[dtype] ?? NaN);
      if (!isSize(from) || !isSize(to) || from > to || to > size - 8 - length)
        throw new Error(
          `"${name}" should stand at bytes ${from} to ${to}, but there are ${size - 8 - length}`,
        );
      if (sizes[dtype] !== undefined && wanted !== to - from)
        throw new Error(`"${name}" has ${to - from} bytes where ${wanted} are wanted`);
      if (shape.length === 0) return [{ name, whole: async () => nothing }];
      if (shape.slice(1).includes(0)) throw new Error(`"${name}" has rows without values`);
      return [{ name, dtype, shape: shape as number[], open: fileBytes(path, 8 + length + from) }];
    });
  } finally {
    await bytes.close();
  }
}

// --- bytes

const tooShort = (missing: number) => new Error(`it ends ${missing} bytes too early`);

/** A file's bytes as they are. */
function fileBytes(path: string, begin: number): () => Promise<Bytes> {
  return async () => {
    const file: FileHandle = await open(path);
    let at = begin;
    return {
      async next(count) {
        const bytes = new Uint8Array(count);
        for (let read = 0; read < count;) {
          const { bytesRead } = await file.read(bytes, read, Math.min(count - read, 2 ** 30), at);
          if (bytesRead === 0) throw tooShort(count - read);
          read += bytesRead;
          at += bytesRead;
        }
        return bytes;
      },
      close: () => file.close(),
    };
  };
}

/** Bytes that are packed as zip packs them. @param packed how many bytes that takes */
function inflatedBytes(path: string, begin: number, packed: number): () => Promise<Bytes> {
  return async () => {
    const source = createReadStream(path, { start: begin, end: begin + Math.max(0, packed - 1) });
    const inflate: Readable = source.pipe(createInflateRaw());
    source.on("error", (error) => inflate.destroy(error));
    const chunks = inflate[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    let left: Uint8Array = new Uint8Array(0);
    return {
      async next(count) {
        const bytes = new Uint8Array(count);
        for (let filled = 0; filled < count;) {
          if (left.length === 0) {
            const next = await chunks.next();
            if (next.done) throw tooShort(count - filled);
            left = next.value;
          }
          const part = left.subarray(0, count - filled);
          bytes.set(part, filled);
          filled += part.length;
          left = left.subarray(part.length);
        }
        return bytes;
      },
      async close() {
        source.destroy();
        inflate.destroy();
      },
    };
  };
}
