import { augment, type Augmentation } from "../data/augment/augment.js";
import { mixup } from "../data/augment/mixup.js";
import type { Batch } from "../data/batches.js";
import type { Random } from "../data/random.js";
import type { Samples } from "../data/samples.js";
import { oneHot } from "./one-hot.js";

/** What a stage changes of the samples that it learns from. */
export interface Augmented {
  /** By modality, one after the other, drawn anew each time that a sample is learned from. */
  augment?: Readonly<Record<string, readonly Augmentation[]>>;
  /** Mixes samples in pairs: alpha of the Beta distribution that says in which shares. */
  mixup?: number;
  /** Sequences whose trailing moments of zeros are padding, which gets no noise. */
  padded?: readonly string[];
}

/**
 * The batch as a stage learns from it: augmented, and then mixed.
 * @param weights of the classes, where they count differently
 * @returns the batch itself where a stage changes nothing
 */
export function augmented(
  batch: Batch,
  { augment: augmentations, mixup: alpha, padded }: Augmented,
  { shapes, classes }: Pick<Samples, "shapes" | "classes">,
  random: Random,
  weights: Float32Array | undefined,
): Batch {
  const changed = augmentations
    ? augment(batch, augmentations, { shapes, ...(padded && { padded }) }, random)
    : batch;
  if (alpha === undefined) return changed;
  const truth = batch.targets ?? oneHot(batch.labels, classes.length, weights);
  return mixup(changed, truth, alpha, random);
}
