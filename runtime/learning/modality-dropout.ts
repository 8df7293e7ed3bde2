import type { Batch } from "../data/batches.js";
import type { Random } from "../data/random.js";

/**
 * Takes modalities away from samples as if the data lacked them (ModDrop, Neverova et al. 2016, arXiv 1501.00102, section 3.4), each by itself. A sample that
 * would be left with none keeps what it has.
 * @param rates by modality: the share of the samples that lose it; a modality that isn't named stays
 * @returns a batch of its own; what is taken away is 0, and not present
 */
export function dropModalities(batch: Batch, rates: Readonly<Record<string, number>>, random: Random): Batch {
  const named = Object.entries(rates);
  const inputs = { ...batch.inputs };
  const present = { ...batch.present };
  for (const [name] of named) {
    inputs[name] = (inputs[name] as Float32Array).slice();
    present[name] = (present[name] as Float32Array).slice();
  }
  const names = Object.keys(present);
  for (let row = 0; row < batch.size; row++) {
    // Drawn for all, whether or not they are there: the stream is the same whatever the data lacks.
    const dropped = new Set(named.filter(([, rate]) => random.uniform() < rate).map(([name]) => name));
    if (!names.some((name) => present[name]?.[row] === 1 && !dropped.has(name))) continue;
    for (const name of dropped) {
      const values = inputs[name] as Float32Array;
      const width = values.length / batch.size;
      values.fill(0, row * width, (row + 1) * width);
      (present[name] as Float32Array)[row] = 0;
    }
  }
  return { ...batch, inputs, present };
}
