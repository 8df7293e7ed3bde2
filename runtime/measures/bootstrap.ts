import { Random } from "../data/random.js";

/** A mean and the standard error of it. */
export interface Estimate {
  mean: number;
  error: number;
}

/** Mean with its standard error by the bootstrap (Efron 1979): the spread of the means of `draws` resamples. */
export function meanEstimate(values: ArrayLike<number>, draws = 400, seed = 1): Estimate {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (values[i] as number) / n;
  if (n < 2) return { mean, error: NaN };
  const random = new Random(seed).fork("bootstrap");
  let first = 0;
  let second = 0;
  for (let d = 0; d < draws; d++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[random.integer(n)] as number;
    first += sum / n / draws;
    second += (sum / n) ** 2 / draws;
  }
  return { mean, error: Math.sqrt(Math.max(0, ((second - first ** 2) * draws) / (draws - 1))) };
}
