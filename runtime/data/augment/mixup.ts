import type { Batch } from "../batches.js";
import type { Random } from "../random.js";
import { drawBeta } from "./beta.js";

/**
 * mixup (Zhang et al. 2018, arXiv 1710.09412, equation 1): x = l x_i + (1 - l) x_j and the same of what is to be predicted, l drawn from Beta(alpha, alpha) for each
 * sample and the same in all of its modalities. The partners are those of a shuffled batch; a sample whose partner lacks another modality than it does stays as it is.
 * @param truth what the batch is held against, [size, outputs]: one-hot, or what the batch has as targets
 * @returns a batch of its own
 */
export function mixup(batch: Batch, truth: Float32Array, alpha: number, random: Random): Batch {
  const { size, present } = batch;
  const partners = random.shuffle(Int32Array.from({ length: size }, (_, i) => i));
  const shares = Float32Array.from({ length: size }, () => drawBeta(alpha, random));
  const masks = Object.values(present);
  partners.forEach((partner, row) => {
    if (masks.some((mask) => mask[row] !== mask[partner])) shares[row] = 1;
  });
  const mix = (values: Float32Array) => {
    const width = values.length / size;
    return Float32Array.from(values, (value, at) => {
      const row = Math.floor(at / width);
      const share = shares[row] as number;
      const other = values[(partners[row] as number) * width + (at % width)] as number;
      // What isn't mixed stays the same bits.
      return share === 1 ? value : share * value + (1 - share) * other;
    });
  };
  const inputs = Object.entries(batch.inputs).map(([name, values]) => [name, mix(values)]);
  return { ...batch, inputs: Object.fromEntries(inputs) as Batch["inputs"], targets: mix(truth) };
}
