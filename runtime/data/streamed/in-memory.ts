import { eachBatch } from "../batches.js";
import type { Samples, Splits } from "../samples.js";
import { size } from "../size.js";

const partNames = ["train", "validation", "test", "outside"] as const;

/** Bytes that the inputs of all parts take in memory. */
export function bytesInMemory(splits: Splits): number {
  const each = Object.values(splits.train.shapes).reduce((sum, shape) => sum + 4 * size(shape), 0);
  return partNames.reduce((sum, part) => sum + (splits[part]?.size ?? 0) * each, 0);
}

/** The same parts with all inputs in memory, whatever that takes. @throws DataError when what they are kept in is damaged and can't be made anew */
export async function inMemory(splits: Splits): Promise<Splits> {
  const found = { ...splits };
  for (const part of partNames) {
    const samples = splits[part];
    if (samples !== undefined) found[part] = await collected(samples);
  }
  return found;
}

async function collected({ stored, ...samples }: Samples): Promise<Samples> {
  const widths = Object.entries(samples.shapes).map(([name, shape]) => [name, size(shape)] as const);
  const inputs = Object.fromEntries(
    widths.map(([name, width]) => [name, new Float32Array(samples.size * width)]),
  );
  for await (const { rows, inputs: own } of eachBatch({ ...samples, ...(stored && { stored }) }, 256))
    for (const [name, width] of widths)
      rows.forEach((row, i) =>
        inputs[name]?.set((own[name] as Float32Array).subarray(i * width, (i + 1) * width), row * width),
      );
  return { ...samples, inputs };
}
