import type { Samples, Splits } from "../samples.js";
import { splitSamples, type SplitPlan } from "../split.js";
import { synthetic, type SyntheticOptions } from "./sample.js";

/** Synthetic samples of a model's classes. */
export interface SyntheticPlan extends Omit<SyntheticOptions, "classes"> {
  classes: readonly string[];
}

/**
 * Draws synthetic samples and splits them.
 * @throws DataError when a part is empty or the training part never sees a class
 */
export async function loadSynthetic(
  { classes, ...options }: SyntheticPlan,
  split: SplitPlan,
): Promise<Splits> {
  const { inputs, labels, codes } = synthetic({ ...options, classes: classes.length });
  const size = labels.length;
  const samples: Samples = {
    size,
    inputs,
    shapes: Object.fromEntries(codes.map(({ name, width }) => [name, [width]])),
    present: Object.fromEntries(codes.map(({ name }) => [name, new Uint8Array(size).fill(1)])),
    labels,
    index: Int32Array.from({ length: size }, (_, i) => i),
    classes,
  };
  return splitSamples(samples, split, "synthetic", "the target");
}
