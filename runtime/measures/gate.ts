import { meanEstimates } from "./bootstrap.js";
import type { Columns, Decomposition } from "./decomposition.js";

/**
 * The shares that a model's gate gives the interactions of each sample, as atoms: what the model makes of a sample, not what its modalities
 * tell of the target; no label is needed, and the atoms of a sample add up to 1.
 * @param shares [n, components]
 * @param atomOf the atom of each component; components of the same atom are added up
 * @param names all atoms, in their order; one without a component is 0
 */
export function gateAtoms(
  shares: Float32Array,
  atomOf: readonly string[],
  names: readonly string[],
): Decomposition & { atoms: Columns } {
  const width = atomOf.length;
  const n = shares.length / width;
  const atoms: Columns = Object.fromEntries(names.map((name) => [name, new Float64Array(n)]));
  atomOf.forEach((name, c) => {
    const column = atoms[name] as Float64Array;
    for (let i = 0; i < n; i++) column[i] = (column[i] as number) + (shares[i * width + c] as number);
  });
  return { atoms, means: meanEstimates(atoms) };
}
