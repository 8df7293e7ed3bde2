import { calibrated, fitCalibration, type Calibration } from "./calibration.js";

/** How the probabilities of several classifiers become one: each calibrated, then their weighted mean. */
export interface Stack {
  calibrations: Calibration[];
  /** Of each classifier; they add up to 1. */
  weights: number[];
}

/** The weights under which the labels are most likely, by expectation maximisation. @param likelihoods of the true class, per classifier */
export function mixingWeights(likelihoods: readonly Float64Array[]): number[] {
  const count = likelihoods.length;
  const n = likelihoods[0]?.length ?? 0;
  let weights: number[] = Array.from({ length: count }, () => 1 / count);
  if (count === 1) return weights;
  for (let step = 0; step < 50; step++) {
    // A prior of one sample for each keeps any from being left out by chance.
    const sums = weights.map(() => 1);
    for (let i = 0; i < n; i++) {
      let total = 0;
      for (let m = 0; m < count; m++) total += (weights[m] as number) * (likelihoods[m]?.[i] as number);
      for (let m = 0; m < count; m++)
        sums[m] = (sums[m] as number) + ((weights[m] as number) * (likelihoods[m]?.[i] as number)) / total;
    }
    weights = sums.map((sum) => sum / (n + count));
  }
  return weights;
}

/** Fits calibrations and weights to labels that none of the classifiers learned from. @param logs of each classifier, [n, classes] */
export function fitStack(logs: readonly ArrayLike<number>[], labels: Int32Array, classes: number): Stack {
  const calibrations = logs.map((one) => fitCalibration(one, labels, classes));
  const likelihoods = logs.map((one, m) =>
    likelihoodsOf(calibrated(one, classes, calibrations[m] as Calibration), labels, classes),
  );
  return { calibrations, weights: mixingWeights(likelihoods) };
}

/** Likelihood of each label. @param logs log-probabilities, [n, classes] */
export function likelihoodsOf(logs: Float64Array, labels: Int32Array, classes: number): Float64Array {
  return Float64Array.from(labels, (label, i) => Math.exp(logs[i * classes + label] as number));
}

/** log p(y|x) in nats: [n, classes]. */
export function readStack(
  { calibrations, weights }: Stack,
  logs: readonly ArrayLike<number>[],
  classes: number,
): Float64Array {
  const parts = logs.map((one, m) => calibrated(one, classes, calibrations[m] as Calibration));
  const [first = new Float64Array(0)] = parts;
  if (parts.length === 1) return first;
  return first.map((_, i) => {
    let sum = 0;
    for (let m = 0; m < parts.length; m++) sum += (weights[m] as number) * Math.exp(parts[m]?.[i] as number);
    return Math.log(sum);
  });
}
