import { readFile } from "node:fs/promises";
import { unzipSync } from "fflate";
import { parse } from "npyjs";
import type { Column, Table } from "./table.js";

/** Reads NumPy arrays, zipped; each array is a column, its first axis the rows. */
export async function readNpz(path: string): Promise<Table> {
  const entries = unzipSync(await readFile(path));
  const columns = new Map<string, Column>();
  for (const [name, bytes] of Object.entries(entries)) {
    if (name.endsWith(".npy")) columns.set(name.slice(0, -4), readNpy(bytes));
  }
  return { source: path, columns };
}

/** One .npy file. @throws Error for types and orders that can't be read */
export function readNpy(bytes: Uint8Array): Column {
  const buffer = bytes.slice().buffer;
  const header = new TextDecoder("latin1").decode(bytes.subarray(0, 256));
  const text = /'descr'\s*:\s*'[<|]U(\d+)'/.exec(header);
  if (text !== null) return readTexts(bytes, Number(text[1]));
  const { data, shape, fortranOrder } = parse(buffer);
  if (fortranOrder && shape.length > 1) throw new Error("an array is in Fortran order; save it with order C");
  const [, ...rest] = shape;
  const values =
    data instanceof BigInt64Array || data instanceof BigUint64Array
      ? Float64Array.from(data, Number)
      : (data as unknown as ArrayLike<number | boolean>);
  const numbers = Array.isArray(values) ? Float64Array.from(values, Number) : (values as ArrayLike<number>);
  return { kind: "numeric", shape: rest, values: numbers };
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
