import type { Batch } from "../batches.js";
import type { Random } from "../random.js";
import { flip } from "./flip.js";
import { addNoise } from "./noise.js";
import { shiftPictures, shiftSounds } from "./shift.js";
import { specAugment, type Masks } from "./spec-augment.js";
import { size } from "../size.js";

/** What is done to a modality while learning, anew each time that a sample is learned from. */
export type Augmentation =
  | { kind: "flip"; axis: "horizontal" | "vertical" }
  /** Pixels of a picture, samples of a sound. */
  | { kind: "shift"; by: number }
  | { kind: "noise"; deviation: number }
  | ({ kind: "spec_augment" } & Masks);

/**
 * Changes modalities of a batch, each by its augmentations in their order. What a sample lacks stays zeros.
 * @param augmentations by modality; one that isn't named stays
 * @param shapes of one sample, by modality
 * @param padded sequences whose trailing moments of zeros are padding, which stays
 * @returns a batch of its own
 */
export function augment(
  batch: Batch,
  augmentations: Readonly<Record<string, readonly Augmentation[]>>,
  {
    shapes,
    padded = [],
  }: { shapes: Readonly<Record<string, readonly number[]>>; padded?: readonly string[] },
  random: Random,
): Batch {
  const inputs = { ...batch.inputs };
  for (const [name, steps] of Object.entries(augmentations)) {
    const values = (batch.inputs[name] as Float32Array).slice();
    const shape = shapes[name] as readonly number[];
    const lengths = padded.includes(name) ? realMoments(values, shape as [number, number]) : undefined;
    for (const step of steps) change(values, shape, step, { random, lengths });
    batch.present[name]?.forEach((there, row) => {
      const width = values.length / batch.size;
      if (there !== 1) values.fill(0, row * width, (row + 1) * width);
    });
    inputs[name] = values;
  }
  return { ...batch, inputs };
}

function change(
  values: Float32Array,
  shape: readonly number[],
  step: Augmentation,
  { random, lengths }: { random: Random; lengths: Int32Array | undefined },
): void {
  const picture = shape as [number, number, number];
  switch (step.kind) {
    case "flip":
      return flip(values, picture, step.axis, random);
    case "shift":
      return shape.length === 3
        ? shiftPictures(values, picture, step.by, random)
        : shiftSounds(values, shape[0] as number, step.by, random);
    case "noise": {
      const width = size(shape);
      const features = shape.at(-1) as number;
      return addNoise(values, step.deviation, random, {
        lengths: lengths?.map((moments) => moments * features),
        width,
      });
    }
    case "spec_augment":
      return specAugment(values, shape as [number, number], step, random, lengths);
  }
}

/** How many moments stand before the zeros at each sequence's end. */
function realMoments(values: Float32Array, [moments, features]: readonly [number, number]): Int32Array {
  const size = moments * features;
  return Int32Array.from({ length: values.length / size }, (_, row) => {
    let end = (row + 1) * size;
    while (end > row * size && values[end - 1] === 0) end--;
    return Math.ceil((end - row * size) / features);
  });
}
