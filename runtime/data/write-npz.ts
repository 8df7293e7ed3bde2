import { zipSync } from "fflate";

/** An array as NumPy knows it, in C order. */
export interface NumpyArray {
  shape: readonly number[];
  values: Float32Array | Int32Array | Uint8Array;
}

export interface NumpyTexts {
  shape: readonly number[];
  values: readonly string[];
}

/** NumPy arrays, zipped, as `numpy.load` reads them. The same arrays give the same bytes. */
export function packNpz(arrays: Readonly<Record<string, NumpyArray | NumpyTexts>>): Uint8Array {
  const entries = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, packNpy(array)] as const);
  // Zip keeps local times from 1980 on.
  return zipSync(Object.fromEntries(entries), { level: 6, mtime: new Date(1980, 0, 1) });
}

/** One .npy file, format version 1.0: its header is padded to a multiple of 64 bytes. Texts have four bytes a character, all of one length. */
export function packNpy({ shape, values: given }: NumpyArray | NumpyTexts): Uint8Array {
  const { type, values } = ArrayBuffer.isView(given)
    ? { type: typeOf(given), values: given }
    : packTexts(given);
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const bytes = new Uint8Array(10 + header.length + values.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 10 + header.length);
  return bytes;
}

function typeOf(values: Float32Array | Int32Array | Uint8Array): string {
  return values instanceof Float32Array ? "<f4" : values instanceof Int32Array ? "<i4" : "|u1";
}

function packTexts(texts: readonly string[]): { type: string; values: Uint32Array } {
  const codes = texts.map((text) => Array.from(text, (character) => character.codePointAt(0) as number));
  const length = Math.max(1, ...codes.map((characters) => characters.length));
  const values = new Uint32Array(texts.length * length);
  codes.forEach((characters, i) => values.set(characters, i * length));
  return { type: `<U${length}`, values };
}
