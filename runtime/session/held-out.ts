import { join } from "node:path";
import { packNpz, type NumpyArray } from "../data/write-npz.js";
import type { AnyPredictions } from "../learning/predict.js";
import { writeAtomically } from "../runs/index.js";

/** Bytes of inputs that a run keeps, before they are zipped: 40 000 pictures of 28 x 28, or all of a smaller split. */
const keptBytes = 32 * 2 ** 20;

/**
 * Writes held-out.npz: what a report shows of the held-out samples, row i being row i of pid.parquet.
 * - `index` [n]; `probabilities` [n, classes]; `alone_NAME` [n, classes], what a modality's own predictor says
 * - of a target that isn't one class `target` [n, labels or numbers], and of numbers `predicted` in the place of the probabilities
 * - `present_NAME` [n], 1 where a sample has the modality
 * - `kept` [k]: the rows whose inputs are kept; all of them, or evenly spaced ones when all would take more than 32 MiB
 * - `input_NAME` [k, ...shape]: as given; a picture's values as bytes, 0 to 255 standing for `range_NAME`, its least and greatest value
 */
export async function writeHeldOut(
  folder: string,
  predictions: AnyPredictions,
  limit = keptBytes,
): Promise<void> {
  await writeAtomically(join(folder, "held-out.npz"), packNpz(heldOutArrays(predictions, limit)));
}

/** The arrays of held-out.npz. */
export function heldOutArrays(predictions: AnyPredictions, limit = keptBytes): Record<string, NumpyArray> {
  const { size, classes, index, unimodal = {}, inputs, shapes, present } = predictions;
  const isPicture = (name: string) => shapes[name]?.length === 3;
  const bytesOfOne = Object.entries(inputs).reduce(
    (sum, [name, { width }]) => sum + (isPicture(name) ? width : 4 * width),
    0,
  );
  const there = predictions.kept ?? Int32Array.from({ length: size }, (_, i) => i);
  const places = evenlySpaced(there.length, Math.min(there.length, Math.floor(limit / bytesOfOne)));
  const kept = places.map((at) => there[at] as number);
  const arrays: Record<string, NumpyArray> = {
    index: { shape: [size], values: index },
    ...answers(predictions),
    kept: { shape: [kept.length], values: kept },
  };
  for (const [name, values] of Object.entries(unimodal))
    arrays[`alone_${name}`] = { shape: [size, classes.length], values };
  for (const [name, { values, width }] of Object.entries(inputs)) {
    const shape = [kept.length, ...(shapes[name] ?? [width])];
    const rows = new Float32Array(kept.length * width);
    places.forEach((at, i) => rows.set(values.subarray(at * width, (at + 1) * width), i * width));
    arrays[`present_${name}`] = { shape: [size], values: present[name] ?? new Uint8Array(size).fill(1) };
    if (!isPicture(name)) arrays[`input_${name}`] = { shape, values: rows };
    else {
      const { bytes, range } = asBytes(rows);
      arrays[`input_${name}`] = { shape, values: bytes };
      arrays[`range_${name}`] = { shape: [2], values: range };
    }
  }
  return arrays;
}

function answers(predictions: AnyPredictions): Record<string, NumpyArray> {
  const { size, classes } = predictions;
  const array = (values: Float32Array): NumpyArray => ({ shape: [size, classes.length], values });
  return {
    ...(predictions.kind !== undefined && { target: array(predictions.targets) }),
    ...(predictions.kind === "regression"
      ? { predicted: array(predictions.predicted) }
      : { probabilities: array(predictions.probabilities) }),
  };
}

/** `count` of the positions 0 .. size - 1, in order. */
function evenlySpaced(size: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * size) / count));
}

function asBytes(values: Float32Array): { bytes: Uint8Array; range: Float32Array } {
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  if (values.length === 0) [least, greatest] = [0, 0];
  const scale = greatest > least ? 255 / (greatest - least) : 0;
  const bytes = Uint8Array.from(values, (value) => Math.round((value - least) * scale));
  return { bytes, range: Float32Array.of(least, greatest) };
}
