import type { Random } from "./random.js";
import type { Samples } from "./samples.js";

/** Some samples, copied side by side. */
export interface Batch {
  size: number;
  /** Per modality, [size, ...shape]. */
  inputs: Record<string, Float32Array>;
  /** Per modality: 1 where the sample has it, 0 where it is missing. */
  present: Record<string, Float32Array>;
  labels: Int32Array;
  /** Position of each sample in the split. */
  rows: Int32Array;
}

/** All samples once, `size` at a time, the last batch with what is left; in an order of `random`'s when it is given. */
export function* batches(samples: Samples, size: number, random?: Random): Generator<Batch> {
  const order = Int32Array.from({ length: samples.size }, (_, i) => i);
  random?.shuffle(order);
  for (let at = 0; at < order.length; at += size) yield takeBatch(samples, order.slice(at, at + size));
}

function takeBatch(samples: Samples, rows: Int32Array): Batch {
  const inputs: Record<string, Float32Array> = {};
  const present: Record<string, Float32Array> = {};
  for (const [name, shape] of Object.entries(samples.shapes)) {
    const width = shape.reduce((a, b) => a * b, 1);
    const source = samples.inputs[name] as Float32Array;
    const values = new Float32Array(rows.length * width);
    rows.forEach((from, to) => values.set(source.subarray(from * width, (from + 1) * width), to * width));
    inputs[name] = values;
    present[name] = Float32Array.from(rows, (row) => samples.present[name]?.[row] as number);
  }
  const labels = Int32Array.from(rows, (row) => samples.labels[row] as number);
  return { size: rows.length, inputs, present, labels, rows };
}
