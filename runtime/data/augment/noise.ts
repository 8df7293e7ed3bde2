import type { Random } from "../random.js";

/**
 * Adds Gaussian noise of mean 0, in place.
 * @param deviation standard deviation, in the units that the model is fed
 * @param lengths how many values of each sample are real, of `width`; all when it is left out
 */
export function addNoise(
  values: Float32Array,
  deviation: number,
  random: Random,
  { lengths, width }: { lengths?: Int32Array | undefined; width: number },
): void {
  for (let at = 0; at < values.length; at++) {
    const drawn = random.normal();
    if (lengths !== undefined && at % width >= (lengths[Math.floor(at / width)] as number)) continue;
    values[at] = (values[at] as number) + deviation * drawn;
  }
}
