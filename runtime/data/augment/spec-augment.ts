import type { Random } from "../random.js";

/** How much SpecAugment masks of each sequence. */
export interface Masks {
  /** Longest mask of moments. */
  time: number;
  /** Widest mask of features. */
  frequency: number;
  /** Masks of either kind. */
  masks: number;
}

/**
 * SpecAugment without its warping of time (Park et al. 2019, arXiv 1904.08779, section 2), in place: sets runs of moments and runs of features to 0, which is their
 * mean where they are standardised. A mask is from 0 to `time` moments long, or from 0 to `frequency` features wide, and lies anywhere.
 * @param values [batch, time, features]
 * @param lengths how many moments of each sequence are real; all when it is left out
 */
export function specAugment(
  values: Float32Array,
  [moments, features]: readonly [number, number],
  { time, frequency, masks }: Masks,
  random: Random,
  lengths?: Int32Array,
): void {
  const size = moments * features;
  for (let row = 0; row * size < values.length; row++) {
    const sequence = values.subarray(row * size, (row + 1) * size);
    const real = lengths?.[row] ?? moments;
    for (let mask = 0; mask < masks; mask++) {
      const [from, to] = run(real, time, random);
      sequence.fill(0, from * features, to * features);
      const [low, high] = run(features, frequency, random);
      for (let moment = 0; moment < real; moment++)
        sequence.fill(0, moment * features + low, moment * features + high);
    }
  }
}

/** A run of 0 to `most` places, of those from 0 to `end`. */
function run(end: number, most: number, random: Random): [number, number] {
  const length = random.integer(Math.min(most, end) + 1);
  const from = random.integer(end - length + 1);
  return [from, from + length];
}
