import type { StageEpochs } from "./trial.js";

/**
 * How many rungs successive halving has: the last one is a whole training, each one below takes an eta-th of the epochs, and the lowest has one epoch
 * or more of every variant.
 * @param last epochs of the last stage, of each variant
 */
export function rungCount(last: readonly number[], eta: number): number {
  const shortest = Math.min(...last);
  let count = 1;
  for (let part = eta; part <= shortest; part *= eta) count++;
  return count;
}

/**
 * Epochs of all stages after which a rung compares. The stages before the last one are learned whole: until the last one a model's answer
 * hasn't been learned, so that there is nothing to compare.
 */
export function epochsAt(
  { before, last }: StageEpochs,
  rung: number,
  rungs: { count: number; eta: number },
): number {
  return before + Math.ceil(last / rungs.eta ** (rungs.count - 1 - rung));
}
