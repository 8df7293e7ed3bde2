import type { Samples } from "../data/samples.js";

/**
 * How much the samples of each class count.
 * @param weights one a class, or what works them out
 * @throws RangeError when there are more or fewer of them than classes
 */
export function weightsOf(
  weights: "balanced" | readonly number[],
  samples: Pick<Samples, "labels" | "classes">,
): Float32Array {
  if (weights === "balanced") return balancedWeights(samples);
  const { length } = samples.classes;
  if (weights.length !== length)
    throw new RangeError(`There are ${weights.length} weights of ${length} classes.`);
  return Float32Array.from(weights);
}

/**
 * A weight for each class, by which all classes that there are count alike: samples / (classes * samples of the class). The
 * mean over all samples is 1. A class without samples has the weight 0.
 */
function balancedWeights({ labels, classes }: Pick<Samples, "labels" | "classes">): Float32Array {
  const counts = new Float64Array(classes.length);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  const there = counts.filter((count) => count > 0).length;
  return Float32Array.from(counts, (count) => (count === 0 ? 0 : labels.length / (there * count)));
}
