// Writes arrays of bytes as NumPy's .npz, aside first and then renamed.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { zipSync } from "fflate";

/** A NumPy .npy file of bytes. */
function npy(values, shape) {
  const head = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const padded = head.padEnd(Math.ceil((head.length + 11) / 64) * 64 - 11) + "\n";
  const prefix = [0x93, ...Buffer.from("NUMPY"), 1, 0, padded.length & 255, padded.length >> 8];
  return Buffer.concat([Buffer.from(prefix), Buffer.from(padded), Buffer.from(values.buffer)]);
}

/** `arrays`: by name, { values: Uint8Array, shape } */
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
