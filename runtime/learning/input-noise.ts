import * as tf from "@tensorflow/tfjs-core";
import type { Random } from "../data/random.js";
import { realMoments } from "../layers/padded.js";

/**
 * Adds Gaussian noise of mean 0 to modalities (Bishop 1995: a regulariser of the first order in the variance).
 * @param inputs [batch, ...shape] a modality
 * @param deviations standard deviation by modality, in the units that the model is fed; a modality that isn't named stays as it is
 * @param padded sequences whose trailing moments of zeros are padding, which gets no noise
 */
export function addInputNoise<Inputs>(
  inputs: Inputs,
  deviations: Readonly<Record<string, number>>,
  random: Random,
  padded: readonly string[] = [],
): Inputs {
  const noisy = Object.entries(inputs as Record<string, tf.Tensor>).map(([name, input]) => {
    const deviation = deviations[name];
    if (deviation === undefined) return [name, input] as const;
    const drawn = tf.tensor(
      random.values(input.shape, (stream) => deviation * stream.normal()),
      input.shape,
    );
    const real = padded.includes(name) ? tf.mul(drawn, tf.expandDims(realMoments(input, "zeros"), 2)) : drawn;
    return [name, tf.add(input, real)] as const;
  });
  return Object.fromEntries(noisy) as Inputs;
}
