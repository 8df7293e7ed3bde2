/** A share with its 95 % interval by Wilson's score (Wilson 1927). */
export function wilson(hits: number, n: number): { value: number; low: number; high: number } {
  const z = 1.959964;
  const value = hits / n;
  const centre = (value + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((value * (1 - value)) / n + (z * z) / (4 * n * n));
  return { value, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

export interface Bin {
  from: number;
  to: number;
  count: number;
}

/** Counts in bins of equal width; what lies outside counts in the first or the last. */
export function histogram(
  values: Iterable<number>,
  [least, greatest]: [number, number],
  bins: number,
): Bin[] {
  const width = (greatest - least) / bins || 1;
  const made = Array.from({ length: bins }, (_, b): Bin => ({
    from: least + b * width,
    to: least + (b + 1) * width,
    count: 0,
  }));
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    const bin = made[Math.min(bins - 1, Math.max(0, Math.floor((value - least) / width)))];
    if (bin !== undefined) bin.count++;
  }
  return made;
}

/** The values below which shares of the samples lie. */
export function quantiles(values: Iterable<number>, shares: readonly number[]): number[] {
  const sorted = Float64Array.from([...values].filter((value) => !Number.isNaN(value))).sort();
  return shares.map((share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN);
}

export function meanAndError(values: readonly number[]): { mean: number; error: number } {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (n - 1) / n) };
}

/** Pearson's correlation with its 95 % interval by Fisher's transformation. */
export function correlation(
  x: readonly number[],
  y: readonly number[],
): { value: number; low: number; high: number } {
  const n = x.length;
  const { mean: mx } = meanAndError(x);
  const { mean: my } = meanAndError(y);
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const dx = (x[i] as number) - mx;
    const dy = (y[i] as number) - my;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  const value = xy / Math.sqrt(xx * yy);
  const half = 1.959964 / Math.sqrt(n - 3);
  return { value, low: Math.tanh(Math.atanh(value) - half), high: Math.tanh(Math.atanh(value) + half) };
}

export interface MeanBin {
  x: number;
  mean: number;
  error: number;
  count: number;
}

/** Mean of y in bins of x that hold equally many samples. */
export function meansByQuantile(x: readonly number[], y: readonly number[], bins: number): MeanBin[] {
  const order = [...x.keys()].sort((i, j) => (x[i] as number) - (x[j] as number));
  const size = order.length / bins;
  return Array.from({ length: bins }, (_, b) => order.slice(Math.round(b * size), Math.round((b + 1) * size)))
    .filter((members) => members.length > 1)
    .map((members) => ({
      x: meanAndError(members.map((i) => x[i] as number)).mean,
      ...meanAndError(members.map((i) => y[i] as number)),
      count: members.length,
    }));
}
