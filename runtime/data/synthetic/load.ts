import type { Samples, Splits, Truth } from "../samples.js";
import { splitSamples, type SplitPlan } from "../split.js";
import { bayesPosterior, exactInteractions } from "./exact.js";
import { synthetic, type SyntheticData, type SyntheticOptions } from "./sample.js";

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
  const data = synthetic({ ...options, classes: classes.length });
  const { inputs, labels, codes } = data;
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
  const splits = splitSamples(samples, split, "synthetic", "the target");
  splits.test.truth = truthOf(data, splits.test.index);
  return splits;
}

/** What is known of some of the samples. */
function truthOf(data: SyntheticData, rows: Int32Array): Truth {
  const { types: typePosterior, accuracy: bayesAccuracy } = bayesPosterior(data, rows);
  return {
    typeNames: data.types.map(({ name }) => name),
    types: Int32Array.from(rows, (row) => data.typeOf[row] as number),
    typePosterior,
    bayesAccuracy,
    ...(data.codes.length === 2 && { exact: exactInteractions(data, [0, 0], rows) }),
  };
}
