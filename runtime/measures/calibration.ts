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

/**
 * The calibration under which held-out labels are most likely: the temperature by golden-section search in [0.5, 8], then the mixing. The
 * mixing is at least half a sample's worth: so few samples can't vouch for a smaller probability.
 * @param logs log-probabilities up to a constant of each row, [n, classes]
 */
export function fitCalibration(logs: ArrayLike<number>, labels: Int32Array, classes: number): Calibration {
  const n = labels.length;
  const score = (temperature: number, mixing: number) => {
    let total = 0;
    labels.forEach((label, i) => {
      const start = i * classes;
      const log =
        (logs[start + label] as number) / temperature - logSumExp(logs, start, classes, temperature);
      total += Math.log((1 - mixing) * Math.exp(log) + mixing / classes);
    });
    return total;
  };
  const least = 1 / (2 * n);
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.5), Math.log(8)];
  for (let i = 0; i < 24; i++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (score(Math.exp(a), least) > score(Math.exp(b), least)) high = b;
    else low = a;
  }
  const temperature = Math.exp((low + high) / 2);
  const candidates = [least, 2 * least, 0.01, 0.02, 0.05, 0.1, 0.2].filter((mixing) => mixing >= least);
  const scores = candidates.map((mixing) => score(temperature, mixing));
  return { temperature, mixing: candidates[scores.indexOf(Math.max(...scores))] as number };
}
