import type { Random } from "../data/random.js";

export interface Fold {
  train: Int32Array;
  held: Int32Array;
}

/** Divides samples into folds in which each class is spread as evenly as can be; each sample is held out once. */
export function stratifiedFolds(labels: Int32Array, folds: number, random: Random): Fold[] {
  const order = random.shuffle(Int32Array.from(labels.keys()));
  const byClass = [...order].sort((a, b) => (labels[a] as number) - (labels[b] as number));
  const fold = new Int32Array(labels.length);
  byClass.forEach((sample, i) => (fold[sample] = i % folds));
  return Array.from({ length: folds }, (_, f) => ({
    train: order.filter((sample) => fold[sample] !== f),
    held: order.filter((sample) => fold[sample] === f),
  }));
}

/** The first fold of several: what is learned from, and what epochs are counted on. */
export function innerSplit(labels: Int32Array, random: Random): Fold {
  return stratifiedFolds(labels, 5, random)[0] as Fold;
}

/** Most samples that kinds of model are chosen on: to learn from, and to judge by. */
const mostChosenOn = { train: 4000, held: 2000 };
const mostScreenedOn = { train: 1500, held: 1000 };

/** What kinds of model are chosen on. */
export function choosingSplit(labels: Int32Array, random: Random): Fold {
  const { train, held } = stratifiedFolds(labels, 4, random)[0] as Fold;
  return { train: train.slice(0, mostChosenOn.train), held: held.slice(0, mostChosenOn.held) };
}

/** A part on which many kinds are tried before a few are judged; undefined when there are not many more samples than that. */
export function screeningPart(train: number, held: number): { train: number; held: number } | undefined {
  return train > 2 * mostScreenedOn.train
    ? { train: mostScreenedOn.train, held: Math.min(held, mostScreenedOn.held) }
    : undefined;
}

/** log p(y) in nats, with half a sample added to each class. */
export function logFrequencies(labels: Int32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes).fill(0.5);
  labels.forEach((label) => (counts[label] = (counts[label] as number) + 1));
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => Math.log(count / total));
}
