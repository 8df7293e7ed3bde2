import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { unzipSync } from "fflate";
import { parse } from "npyjs";
import { mostBytes, TooLarge } from "./limits.js";
import { rowsOf, type Column, type Table } from "./table.js";
import { size } from "./size.js";

/** Reads NumPy arrays, zipped; each array is a column, its first axis the rows. @throws TooLarge when they take more than `limit` bytes */
export async function readNpz(path: string, limit = mostBytes): Promise<Table> {
  let total = 0;
  const entries = unzipSync(await readFile(path), {
    filter: ({ name, originalSize }) => {
      if (!name.endsWith(".npy")) return false;
      total += originalSize;
      if (total > limit) throw new TooLarge(limit);
      return true;
    },
  });
  const columns = new Map<string, Column>();
  for (const [name, bytes] of Object.entries(entries)) {
    columns.set(name.slice(0, -4), readNpy(bytes));
  }
  return { source: path, columns };
}

/**
 * Reads one NumPy array as a column that is called like the file; what stands side by side in a row is also a column each, called "0", "1", ...
 */
export async function readNpyFile(path: string): Promise<Table> {
  const column = readNpy(await readFile(path));
  const columns = new Map<string, Column>();
  if (column.kind === "numeric" && column.shape.length === 1) {
    const rows = rowsOf(column);
    const [width = 0] = column.shape;
    for (let k = 0; k < width; k++) {
      const values = Float64Array.from({ length: rows }, (_, i) => column.values[i * width + k] as number);
      columns.set(String(k), { kind: "numeric", shape: [], values });
    }
  }
  columns.set(basename(path, ".npy"), column);
  return { source: path, columns };
}

/** One .npy file. @throws Error for types and orders that can't be read */
export function readNpy(bytes: Uint8Array): Column {
  if (Buffer.from(bytes.subarray(0, 6)).toString("latin1") !== "\x93NUMPY")
    throw new Error("it is no NumPy array");
  const buffer = bytes.slice().buffer;
  const header = new TextDecoder("latin1").decode(bytes.subarray(0, 256));
  const text = /'descr'\s*:\s*'[<|]U(\d+)'/.exec(header);
  if (text !== null) return readTexts(bytes, Number(text[1]));
  const { data, shape, fortranOrder } = parse(buffer);
  if (fortranOrder && shape.length > 1) throw new Error("an array is in Fortran order; save it with order C");
  checkShape(shape, (data as unknown as ArrayLike<unknown>).length);
  const [, ...rest] = shape;
  const values =
    data instanceof BigInt64Array || data instanceof BigUint64Array
      ? Float64Array.from(data, Number)
      : (data as unknown as ArrayLike<number | boolean>);
  const numbers = Array.isArray(values) ? Float64Array.from(values, Number) : (values as ArrayLike<number>);
  return { kind: "numeric", shape: rest, values: numbers };
}

/** @throws Error when a header makes up a shape that the file doesn't have the values for */
export function checkShape(shape: readonly number[], length: number): void {
  const sizes = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!sizes || size(shape) !== length)
    throw new Error(`its header tells of an array of [${shape.join(", ")}], but it has ${length} values`);
  if (shape.slice(1).includes(0))
    throw new Error(`an array of [${shape.join(", ")}] has rows without values`);
}

/** NumPy's fixed-length texts: four bytes a character, padded with zeros. */
function readTexts(bytes: Uint8Array, length: number): Column {
  const major = bytes[6] ?? 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offset = major <= 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  const values: string[] = [];
  for (let at = offset; at + 4 * length <= bytes.length && length > 0; at += 4 * length) {
    let text = "";
    for (let i = 0; i < length; i++) {
      const code = view.getUint32(at + 4 * i, true);
      if (code !== 0) text += String.fromCodePoint(code);
    }
    values.push(text);
  }
  return { kind: "text", values };
}
