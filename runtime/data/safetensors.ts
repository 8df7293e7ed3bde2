import { readFile } from "node:fs/promises";
import { isDeeper } from "./depth.js";
import type { Column, Table } from "./table.js";
import { size } from "./size.js";

/** An array of a file in the format of safetensors, as bytes in C order. */
export interface PackedTensor {
  /** "F32", "I64", ... */
  dtype: string;
  shape: readonly number[];
  bytes: Uint8Array;
}

export interface Safetensors {
  metadata: Readonly<Record<string, string>>;
  tensors: ReadonlyMap<string, PackedTensor>;
  /** All arrays, one after the other. */
  body: Uint8Array;
}

/** Bytes of a header, as the format allows at most. */
const mostHeader = 100_000_000;
/** A shape in an array's entry in the header makes three. */
const deepest = 8;

/**
 * Takes apart a file in the format of safetensors: the length of the header as uint64, the header as JSON, the arrays, little-endian.
 * @throws Error when lengths and offsets don't agree with the file
 */
export function unpackSafetensors(bytes: Uint8Array): Safetensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw new Error("it is shorter than its header's length");
  const length = Number(view.getBigUint64(0, true));
  if (length > Math.min(mostHeader, bytes.length - 8))
    throw new Error(`its header should take ${length} bytes, but ${bytes.length - 8} follow`);
  const body = bytes.subarray(8 + length);
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  if (isDeeper(text, deepest)) throw new Error("its header is nested too deeply");
  const header: unknown = JSON.parse(text);
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw new Error("its header is no object");
  const tensors = new Map<string, PackedTensor>();
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") metadata = metadataOf(entry);
    else tensors.set(name, tensorOf(name, entry, body));
  }
  checkApart(tensors);
  return { metadata, tensors, body };
}

function metadataOf(entry: unknown): Readonly<Record<string, string>> {
  if (typeof entry !== "object" || entry === null) throw new Error("its metadata is no object");
  if (!Object.values(entry).every((value) => typeof value === "string"))
    throw new Error("its metadata isn't of texts alone");
  return entry as Record<string, string>;
}

/** Arrays that stood in the same bytes would be more, together, than the file. */
function checkApart(tensors: ReadonlyMap<string, PackedTensor>): void {
  const placed = [...tensors]
    .filter(([, { bytes }]) => bytes.length > 0)
    .sort(([, a], [, b]) => a.bytes.byteOffset - b.bytes.byteOffset);
  placed.forEach(([name, { bytes }], i) => {
    const [before, { bytes: earlier }] = placed[i - 1] ?? ["", { bytes: bytes.subarray(0, 0) }];
    if (bytes.byteOffset < earlier.byteOffset + earlier.length)
      throw new Error(`"${before}" and "${name}" stand in the same bytes`);
  });
}

function tensorOf(name: string, entry: unknown, body: Uint8Array): PackedTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const sizes = Array.isArray(shape) && shape.every(isSize) ? (shape as number[]) : undefined;
  if (typeof dtype !== "string" || sizes === undefined || !Array.isArray(offsets))
    throw new Error(`its header tells no type, shape and place of "${name}"`);
  const [from, to] = offsets as [unknown, unknown];
  if (!isSize(from) || !isSize(to) || from > to || to > body.length)
    throw new Error(`"${name}" should stand at bytes ${from} to ${to}, but there are ${body.length}`);
  const type = types.get(dtype);
  const wanted = sizes.reduce((a, b) => a * b, type?.bytes ?? NaN);
  if (type !== undefined && wanted !== to - from)
    throw new Error(`"${name}" has ${to - from} bytes where ${wanted} are wanted`);
  return { dtype, shape: sizes, bytes: body.subarray(from, to) };
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** How a number is read, and how many bytes it takes. */
const types: ReadonlyMap<string, { bytes: number; at(view: DataView, offset: number): number }> = new Map([
  ["F64", { bytes: 8, at: (view, offset) => view.getFloat64(offset, true) }],
  ["F32", { bytes: 4, at: (view, offset) => view.getFloat32(offset, true) }],
  ["F16", { bytes: 2, at: (view, offset) => half(view.getUint16(offset, true)) }],
  ["BF16", { bytes: 2, at: (view, offset) => upperHalf(view.getUint16(offset, true)) }],
  ["I64", { bytes: 8, at: (view, offset) => Number(view.getBigInt64(offset, true)) }],
  ["U64", { bytes: 8, at: (view, offset) => Number(view.getBigUint64(offset, true)) }],
  ["I32", { bytes: 4, at: (view, offset) => view.getInt32(offset, true) }],
  ["U32", { bytes: 4, at: (view, offset) => view.getUint32(offset, true) }],
  ["I16", { bytes: 2, at: (view, offset) => view.getInt16(offset, true) }],
  ["U16", { bytes: 2, at: (view, offset) => view.getUint16(offset, true) }],
  ["I8", { bytes: 1, at: (view, offset) => view.getInt8(offset) }],
  ["U8", { bytes: 1, at: (view, offset) => view.getUint8(offset) }],
  ["BOOL", { bytes: 1, at: (view, offset) => view.getUint8(offset) }],
]);

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a float32. */
function upperHalf(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** Numbers of a tensor. @throws Error for a type that isn't known */
export function numbersOf({ dtype, shape, bytes }: PackedTensor): Float32Array | Float64Array {
  const type = types.get(dtype);
  if (type === undefined) throw new Error(`arrays of type ${dtype} aren't read`);
  // Copied, so that it begins at a multiple of 4 bytes.
  if (dtype === "F32") return new Float32Array(Uint8Array.from(bytes).buffer);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = size(shape);
  const values = dtype === "F16" || dtype === "BF16" ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = type.at(view, i * type.bytes);
  return values;
}

/** Reads safetensors; each array is a column, its first axis the rows. */
export async function readSafetensors(path: string): Promise<Table> {
  const columns = new Map<string, Column>();
  for (const [name, tensor] of unpackSafetensors(await readFile(path)).tensors) {
    const [rows, ...shape] = tensor.shape;
    if (shape.includes(0)) throw new Error(`"${name}" has rows without values`);
    if (rows !== undefined) columns.set(name, { kind: "numeric", shape, values: numbersOf(tensor) });
  }
  return { source: path, columns };
}
