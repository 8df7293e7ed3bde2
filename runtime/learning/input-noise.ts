import * as tf from "@tensorflow/tfjs-core";
import type { Random } from "../data/random.js";

/**
 * Adds Gaussian noise of mean 0 to modalities (Bishop 1995: a regulariser of the first order in the variance).
 * @param inputs [batch, ...shape] a modality
 * @param deviations standard deviation by modality, in the units that the model is fed; a modality that isn't named stays as it is
 */
export function addInputNoise<Inputs>(
  inputs: Inputs,
  deviations: Readonly<Record<string, number>>,
  random: Random,
): Inputs {
  const noisy = Object.entries(inputs as Record<string, tf.Tensor>).map(([name, input]) => {
    const deviation = deviations[name];
    if (deviation === undefined) return [name, input] as const;
    const noise = random.values(input.shape, (stream) => deviation * stream.normal());
    return [name, tf.add(input, tf.tensor(noise, input.shape))] as const;
  });
  return Object.fromEntries(noisy) as Inputs;
}
