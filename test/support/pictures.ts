import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packNpz } from "../../runtime/data/write-npz.js";
import { mmspec } from "./cli.js";
import { block, spec } from "./specs.js";

export const pictureShape = [4, 6, 1] as const;
export const samples = 240;

/** Row `i` of the pictures: its class brightens a column (not in every fourth), its number stands in the last row, bit by bit. */
export function pictureOf(i: number): number[] {
  const [height, width] = pictureShape;
  return Array.from({ length: height * width }, (_, p) => {
    const [row, column] = [Math.floor(p / width), p % width];
    if (row < height - 1) return column === 2 * (i % 3) && i % 4 !== 0 ? 200 + (i % 50) : 20;
    return (i >> column) & 1 ? 255 : 0;
  });
}

/** Row `i` of the vectors: its class raises a value, but not in those after the pictures that don't tell. */
export function vectorOf(i: number): number[] {
  return Array.from(
    { length: 12 },
    (_, j) => (j === i % 3 && i % 4 !== 1 ? 1 : 0) + 0.3 * Math.sin(i * 7 + j),
  );
}

/** Trains a small model of a picture and a vector. @returns the folder in which it ran, and the run */
export function trainPictures(seed = 3): { folder: string; run: string } {
  const folder = mkdtempSync(join(tmpdir(), "mmspec-report-"));
  const rows = Array.from({ length: samples }, (_, i) => i);
  const data = packNpz({
    left: { shape: [samples, ...pictureShape], values: Uint8Array.from(rows.flatMap(pictureOf)) },
    right: { shape: [samples, 12], values: Float32Array.from(rows.flatMap(vectorOf)) },
    label: { shape: [samples], values: Int32Array.from(rows, (i) => i % 3) },
  });
  writeFileSync(join(folder, "pictures.npz"), data);
  const source = spec({
    fusion: block,
    train: `train { paradigm dmil(intra: 2, consistency: 1, joint: 3) optimizer adam(lr: 1e-2) batch 32 seed ${seed} }`,
    evaluate:
      "evaluate { accuracy, calibration, synergy_indicator, pid lsmi(folds: 2, on: inputs) per sample }",
    data: 'from "pictures.npz"\n  left <- "left" scaled by 1/255\n  right <- "right"\n  label <- "label"\n  split 0.6 train, 0.1 validation, 0.3 test stratified seed 1',
  })
    .replace("class(3)", 'class("circle", "square", "<b>&star")')
    .replace("left: vector(9)", "left: image(4, 6, 1)")
    .replace("Left for left = mlp(16)", "Left for left = conv(2, 3) -> flatten -> dense(16)");
  writeFileSync(join(folder, "pictures.mmspec"), source);
  const { code, err } = mmspec(folder, "train", "pictures.mmspec", "--quiet");
  if (code !== 0) throw new Error(`The run failed: ${err}`);
  const [name = ""] = readdirSync(join(folder, "runs"));
  return { folder, run: join(folder, "runs", name) };
}
