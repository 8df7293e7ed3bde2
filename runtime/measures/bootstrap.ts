import { Random } from "../data/random.js";
import type { Columns } from "./decomposition.js";

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

/**
 * The same of several columns, without drawing: over all resamples that there could be, the means spread by the standard deviation of
 * the values over sqrt(n) (Efron 1979).
 */
export function meanEstimates(columns: Columns): Record<string, Estimate> {
  const estimate = (values: Float64Array): Estimate => {
    const n = values.length;
    const mean = values.reduce((sum, value) => sum + value / n, 0);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / n, 0);
    return { mean, error: n < 2 ? NaN : Math.sqrt(variance / n) };
  };
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, estimate(values)]));
}
