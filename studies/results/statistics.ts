/** A mean over seeds with half the width of its 95 % interval; NaN where one seed tells nothing of it. */
export interface Estimate {
  mean: number;
  half: number;
  /** How many seeds. */
  n: number;
}

/** Mean and half width of its 95 % confidence interval by Student's t (Student 1908). */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = average(values);
  if (n < 2) return { mean, half: NaN, n };
  return { mean, half: halfWidth(values.map((value) => value - mean)), n };
}

/**
 * The share of the distance between a base and the best possible that a column closes, sum(value - base) / sum(best - base) over seeds, all three
 * measured on the same samples. The interval is that of a ratio estimator by linearisation (Cochran, Sampling Techniques, 1977, eq. 6.13).
 * @param least of the mean distance: of a smaller one a share tells nothing
 * @returns undefined when the distance is too small
 */
export function closingShare(
  values: readonly number[],
  base: readonly number[],
  best: readonly number[],
  least = 0.01,
): Estimate | undefined {
  const n = values.length;
  const gains = values.map((value, i) => value - (base[i] as number));
  const gaps = best.map((value, i) => value - (base[i] as number));
  const gap = average(gaps);
  if (!(gap >= least)) return undefined;
  const mean = average(gains) / gap;
  if (n < 2) return { mean, half: NaN, n };
  const rest = gains.map((gain, i) => gain - mean * (gaps[i] as number));
  return { mean, half: halfWidth(rest) / gap, n };
}

/** Half the width of the 95 % interval of a mean. @param deviations from it, of two values or more */
function halfWidth(deviations: readonly number[]): number {
  const n = deviations.length;
  const variance = deviations.reduce((sum, deviation) => sum + deviation ** 2, 0) / (n - 1);
  return studentQuantile(0.975, n - 1) * Math.sqrt(variance / n);
}

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/**
 * The quantile of Student's t, by bisection of its distribution.
 * @param p in [0.5, 1)
 * @param degrees of freedom, a whole number from 1
 */
export function studentQuantile(p: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (studentDistribution(high, degrees) < p) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-14 * high; i++) {
    const middle = (low + high) / 2;
    if (studentDistribution(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * P(T <= t) of Student's t for t >= 0, in closed form for whole degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
 */
export function studentDistribution(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= ((k - 1) / k) * cosine ** 2;
    sum += term;
  }
  const both = odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return (1 + both) / 2;
}
