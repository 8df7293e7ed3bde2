/** How a classifier's log-probabilities are made honest. */
export interface Calibration {
  /** Divides them (Guo et al. 2017). */
  temperature: number;
  /** Share of the uniform distribution in the result: how often the classifier is wrong without knowing. */
  mixing: number;
}

/** Calibrated log-probabilities in nats: [n, classes]. */
export function calibrated(
  logs: ArrayLike<number>,
  classes: number,
  { temperature, mixing }: Calibration,
): Float64Array {
  const result = new Float64Array(logs.length);
  for (let start = 0; start < logs.length; start += classes) {
    const norm = logSumExp(logs, start, classes, temperature);
    for (let c = 0; c < classes; c++) {
      const probability = Math.exp((logs[start + c] as number) / temperature - norm);
      result[start + c] = Math.log((1 - mixing) * probability + mixing / classes);
    }
  }
  return result;
}

function logSumExp(logs: ArrayLike<number>, start: number, classes: number, temperature: number): number {
  let largest = -Infinity;
  for (let c = 0; c < classes; c++) largest = Math.max(largest, (logs[start + c] as number) / temperature);
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += Math.exp((logs[start + c] as number) / temperature - largest);
  return largest + Math.log(sum);
}

/** Most samples that a calibration is fitted on: it is two numbers. */
const mostSamples = 4000;

/**
 * The calibration under which held-out labels are most likely: the temperature by golden-section search in [0.5, 8], then the mixing. The
 * mixing is at least half a sample's worth: so few samples can't vouch for a smaller probability.
 * @param logs log-probabilities up to a constant of each row, [n, classes]
 */
export function fitCalibration(logs: ArrayLike<number>, labels: Int32Array, classes: number): Calibration {
  const n = Math.min(labels.length, mostSamples);
  const likelihoods = (temperature: number) =>
    Float64Array.from({ length: n }, (_, i) => {
      const log = (logs[i * classes + (labels[i] as number)] as number) / temperature;
      return Math.exp(log - logSumExp(logs, i * classes, classes, temperature));
    });
  const score = (found: Float64Array, mixing: number) =>
    found.reduce((total, p) => total + Math.log((1 - mixing) * p + mixing / classes), 0);
  const least = 1 / (2 * labels.length);
  const golden = (Math.sqrt(5) - 1) / 2;
  const scoreAt = (log: number) => score(likelihoods(Math.exp(log)), least);
  let [low, high] = [Math.log(0.5), Math.log(8)];
  let [a, b] = [high - golden * (high - low), low + golden * (high - low)];
  let [atA, atB] = [scoreAt(a), scoreAt(b)];
  for (let i = 0; i < 12; i++) {
    if (atA > atB) {
      [high, b, atB] = [b, a, atA];
      a = high - golden * (high - low);
      atA = scoreAt(a);
    } else {
      [low, a, atA] = [a, b, atB];
      b = low + golden * (high - low);
      atB = scoreAt(b);
    }
  }
  const temperature = Math.exp((low + high) / 2);
  const found = likelihoods(temperature);
  const candidates = [least, 2 * least, 0.01, 0.02, 0.05, 0.1, 0.2].filter((mixing) => mixing >= least);
  const scores = candidates.map((mixing) => score(found, mixing));
  return { temperature, mixing: candidates[scores.indexOf(Math.max(...scores))] as number };
}
