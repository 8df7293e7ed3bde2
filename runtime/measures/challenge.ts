/**
 * Whether a more complex model beats a simpler one: its mean log-likelihood on the same held-out samples is higher by more than the
 * standard error of the difference. Ties go to the simpler one, which varies less from fold to fold (Breiman et al. 1984).
 * @param simpler log-likelihood of each held-out sample, in nats
 */
export function beats(challenger: ArrayLike<number>, simpler: ArrayLike<number>): boolean {
  const n = challenger.length;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const difference = (challenger[i] as number) - (simpler[i] as number);
    sum += difference;
    squares += difference * difference;
  }
  const mean = sum / n;
  const variance = Math.max(0, squares / n - mean * mean);
  return Number.isFinite(mean) && mean > Math.sqrt(variance / n);
}

/** The mean log-likelihood by which kinds of model are put in order. */
export function meanOf(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
