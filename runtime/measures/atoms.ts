/** Redundancy, both uniquenesses and synergy of each sample, in nats. */
export interface Atoms {
  r: Float64Array;
  u1: Float64Array;
  u2: Float64Array;
  s: Float64Array;
}

/**
 * The pointwise decomposition by specificity and ambiguity (Finn and Lizier 2018; LSMI, Yang et al. 2025), in nats:
 * r = min(h1, h2) - min(h1 - i1, h2 - i2), u_m = i_m - r, s = i12 - i1 - i2 + r. All arguments have one value a sample.
 * @param i1 log p(y|x1) / p(y), and so on
 * @param h1 -log p(x1)
 */
export function atomsOf(
  i1: ArrayLike<number>,
  i2: ArrayLike<number>,
  i12: ArrayLike<number>,
  h1: ArrayLike<number>,
  h2: ArrayLike<number>,
): Atoms {
  const n = i1.length;
  const atoms: Atoms = {
    r: new Float64Array(n),
    u1: new Float64Array(n),
    u2: new Float64Array(n),
    s: new Float64Array(n),
  };
  for (let i = 0; i < n; i++) {
    const [a, b, both] = [i1[i] as number, i2[i] as number, i12[i] as number];
    const [ha, hb] = [h1[i] as number, h2[i] as number];
    const r = Math.min(ha, hb) - Math.min(ha - a, hb - b);
    atoms.r[i] = r;
    atoms.u1[i] = a - r;
    atoms.u2[i] = b - r;
    atoms.s[i] = both - a - b + r;
  }
  return atoms;
}
