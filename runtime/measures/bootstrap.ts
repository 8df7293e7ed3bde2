import type { Columns } from "./decomposition.js";

/** A mean and the standard error of it. */
export interface Estimate {
  mean: number;
  error: number;
}

/**
 * Mean with its standard error by the bootstrap (Efron 1979). Of a mean the spread over all resamples has a closed form, the samples'
 * deviation over the root of their number: none need be drawn.
 */
export function meanEstimate(values: ArrayLike<number>): Estimate {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (values[i] as number) / n;
  if (n < 2) return { mean, error: NaN };
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((values[i] as number) - mean) ** 2;
  return { mean, error: Math.sqrt(squares) / n };
}

/** The same of several columns. */
export function meanEstimates(columns: Columns): Record<string, Estimate> {
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, meanEstimate(values)]));
}
