import { atomsOf, type Atoms } from "./atoms.js";

/** Exact interactions of each sample of discrete modalities, in nats. */
export interface PointwisePid extends Atoms {
  i1: Float64Array;
  i2: Float64Array;
  i12: Float64Array;
  /** Means over the samples, by their weights. */
  means: Record<keyof Atoms, number>;
}

/**
 * The decomposition of `lsmi` with plug-in probabilities, exact for discrete modalities (Finn and Lizier 2018): p is how often
 * something occurs in the samples given.
 * @param weights how much each sample counts; all the same when they are left out
 * @throws RangeError when the lengths differ or there are no samples
 */
export function pointwise(
  x1: ArrayLike<number>,
  x2: ArrayLike<number>,
  labels: ArrayLike<number>,
  weights?: ArrayLike<number>,
): PointwisePid {
  const n = labels.length;
  if (n === 0) throw new RangeError("There are no samples.");
  if (x1.length !== n || x2.length !== n || (weights !== undefined && weights.length !== n)) {
    throw new RangeError("x1, x2, labels and weights must have the same length.");
  }
  const counts = new Map<string, number>();
  let total = 0;
  const keysOf = (i: number) => {
    const [a, b, y] = [x1[i], x2[i], labels[i]];
    return {
      a: `1:${a}`,
      b: `2:${b}`,
      ab: `12:${a},${b}`,
      y: `y:${y}`,
      ay: `1y:${a},${y}`,
      by: `2y:${b},${y}`,
      aby: `12y:${a},${b},${y}`,
    };
  };
  for (let i = 0; i < n; i++) {
    const weight = weights?.[i] ?? 1;
    total += weight;
    for (const key of Object.values(keysOf(i))) counts.set(key, (counts.get(key) ?? 0) + weight);
  }
  const log = (key: string) => Math.log((counts.get(key) as number) / total);
  const keys = Array.from({ length: n }, (_, i) => keysOf(i));
  const map = (f: (k: (typeof keys)[number]) => number) => Float64Array.from(keys, f);
  const i1 = map((k) => log(k.ay) - log(k.a) - log(k.y));
  const i2 = map((k) => log(k.by) - log(k.b) - log(k.y));
  const i12 = map((k) => log(k.aby) - log(k.ab) - log(k.y));
  const atoms = atomsOf(
    i1,
    i2,
    i12,
    map((k) => -log(k.a)),
    map((k) => -log(k.b)),
  );
  const mean = (values: Float64Array) =>
    values.reduce((sum, v, i) => sum + (v * (weights?.[i] ?? 1)) / total, 0);
  const means = { r: mean(atoms.r), u1: mean(atoms.u1), u2: mean(atoms.u2), s: mean(atoms.s) };
  return { ...atoms, i1, i2, i12, means };
}

/** Nats to bits. */
export function toBits(nats: number): number {
  return nats / Math.LN2;
}
