import type { Random } from "../random.js";

/** The logarithm of a number drawn from Gamma(shape, 1), shape 1 or more (Marsaglia and Tsang 2000). */
function logGamma(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root ** 3;
    if (Math.log(1 - random.uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return Math.log(d * v);
  }
}

/** A number from 0 to 1 that is drawn from Beta(alpha, alpha). Of a small alpha its ends are drawn most. */
export function drawBeta(alpha: number, random: Random): number {
  // In logarithms: of a small alpha both gamma numbers would be 0.
  const log = () => logGamma(alpha + 1, random) + Math.log(1 - random.uniform()) / alpha;
  const [a, b] = [log(), log()];
  return 1 / (1 + Math.exp(b - a));
}
