import type { Random } from "../random.js";

/**
 * Deals samples out by shares, those of each class alike.
 * @param classes positions of the samples of each class, which are shuffled
 * @param shares of the parts; they add up to 1
 * @returns positions in each part
 */
export function deal(
  classes: readonly (readonly number[])[],
  shares: readonly number[],
  random: Random,
): number[][] {
  const parts: number[][] = shares.map(() => []);
  // What rounding took from or gave to each part so far, so that the classes' roundings don't add up.
  const owed = shares.map(() => 0);
  for (const one of classes) {
    const shuffled = random.shuffle([...one]);
    const wanted = shares.map((share, p) => share * shuffled.length + (owed[p] as number));
    const sizes = roundTo(shuffled.length, wanted);
    let at = 0;
    sizes.forEach((size, p) => {
      owed[p] = (wanted[p] as number) - size;
      // Not spread: a call takes some ten thousand arguments at most.
      for (const one of shuffled.slice(at, at + size)) parts[p]?.push(one);
      at += size;
    });
  }
  return parts;
}

/** Whole numbers that add up to n, as near as can be to what is wanted (largest remainders first). */
function roundTo(n: number, wanted: readonly number[]): number[] {
  const sizes = wanted.map((size) => Math.max(0, Math.floor(size + 1e-9)));
  let left = n - sizes.reduce((a, b) => a + b, 0);
  const order = wanted
    .map((size, p) => ({ p, rest: size - (sizes[p] as number) }))
    .filter(({ p }) => (wanted[p] as number) > 0)
    .sort((a, b) => b.rest - a.rest || a.p - b.p);
  for (let k = 0; left > 0; k++, left--) {
    const { p } = order[k % order.length] as { p: number };
    sizes[p] = (sizes[p] as number) + 1;
  }
  for (; left < 0; left++) {
    const largest = sizes.indexOf(Math.max(...sizes));
    sizes[largest] = (sizes[largest] as number) - 1;
  }
  return sizes;
}

/** Positions by a number that they have, the smallest number first. */
export function byNumber(positions: Iterable<number>, numbers: ArrayLike<number>): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const i of positions) {
    const number = numbers[i] as number;
    const same = found.get(number);
    if (same === undefined) found.set(number, [i]);
    else same.push(i);
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}
