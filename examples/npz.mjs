// Writes arrays as NumPy's .npz, aside first and then renamed.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { zipSync } from "fflate";

/** A list of texts as NumPy has them: all of one length, four bytes a character. */
function texts(values) {
  const length = Math.max(1, ...values.map((text) => [...text].length));
  const codes = values.flatMap((text) => Array.from({ length }, (_, i) => [...text][i]?.codePointAt(0) ?? 0));
  return { type: `<U${length}`, bytes: Uint32Array.from(codes) };
}

const types = { Uint8Array: "|u1", Int32Array: "<i4", Float32Array: "<f4" };

/** A NumPy .npy file. */
function npy(values, shape) {
  const { type, bytes } = Array.isArray(values)
    ? texts(values)
    : { type: types[values.constructor.name], bytes: values };
  const head = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const padded = head.padEnd(Math.ceil((head.length + 11) / 64) * 64 - 11) + "\n";
  const prefix = [0x93, ...Buffer.from("NUMPY"), 1, 0, padded.length & 255, padded.length >> 8];
  return Buffer.concat([Buffer.from(prefix), Buffer.from(padded), Buffer.from(bytes.buffer)]);
}

/** `arrays`: by name, { values: Uint8Array, Int32Array, Float32Array or a list of texts, shape } */
export function writeNpz(target, arrays) {
  const entries = Object.entries(arrays).map(([name, { values, shape }]) => [
    `${name}.npy`,
    npy(values, shape),
  ]);
  mkdirSync(new URL(".", target), { recursive: true });
  const unfinished = new URL(`${target.href}.tmp`);
  writeFileSync(unfinished, zipSync(Object.fromEntries(entries)));
  renameSync(unfinished, target);
}
