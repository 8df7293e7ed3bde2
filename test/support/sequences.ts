import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packNpz } from "../../runtime/data/write-npz.js";
import { mmspec } from "./cli.js";

export const samples = 120;
/** The words of row `i`: five to eight of them, then padding. */
export function wordsOf(i: number): number[] {
  return Array.from({ length: 8 }, (_, t) => (t < 5 + (i % 4) ? 1 + ((i * 7 + t * t) % 9) : 0));
}

/** The readings of row `i`, [6, 3]; the last moments of some are zeros, which fill. */
export function readingsOf(i: number): number[] {
  return Array.from({ length: 18 }, (_, at) =>
    Math.floor(at / 3) < 3 + (i % 4) ? 50 + 40 * Math.sin(i * 3 + at) : 0,
  );
}

const source = `model Mixed {
  target score: regression
  modality words: tokens(8, 10, padding: 0)
  modality readings: sequence(6, 3, padding: zeros)
  encoder Reader for words = embed(8) -> transformer(1, heads: 2) -> mean
  encoder Ear for readings = conv1d(6, 3) -> gru(6)
  fusion = concat -> mlp(8)
  train { paradigm joint optimizer adam(lr: 1e-2) epochs 2 batch 32 seed 3 }
  evaluate { rmse }
}

data for Mixed {
  from "mixed.npz"
  words <- "words"
  readings <- "readings" log standardised
  score <- "score"
  split 0.6 train, 0.4 test seed 1
}
`;

/** Trains a small model of words and a sequence, both with padding, that predicts a number. @returns the folder in which it ran, and the run */
export function trainSequences(): { folder: string; run: string } {
  const folder = mkdtempSync(join(tmpdir(), "mmspec-sequences-"));
  const rows = Array.from({ length: samples }, (_, i) => i);
  const data = packNpz({
    words: { shape: [samples, 8], values: Int32Array.from(rows.flatMap(wordsOf)) },
    readings: { shape: [samples, 6, 3], values: Float32Array.from(rows.flatMap(readingsOf)) },
    score: { shape: [samples], values: Float32Array.from(rows, (i) => 10 * Math.sin(i * 3)) },
  });
  writeFileSync(join(folder, "mixed.npz"), data);
  writeFileSync(join(folder, "mixed.mmspec"), source);
  const { code, err } = mmspec(folder, "train", "mixed.mmspec", "--quiet");
  if (code !== 0) throw new Error(`The run failed: ${err}`);
  const [name = ""] = readdirSync(join(folder, "runs"));
  return { folder, run: join(folder, "runs", name) };
}
