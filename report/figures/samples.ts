import { atoms, type Atom } from "../content.js";
import type { AtomColumns } from "../headline.js";
import { quantiles } from "./statistics.js";

/** What part of a sample's information is of one kind, negative values counting as 0; NaN where nothing informs. */
export function measuredShares(values: AtomColumns, atom: Atom): Float32Array {
  return Float32Array.from({ length: values.r.length }, (_, i) => {
    const total = atoms.reduce((sum, other) => sum + Math.max(0, values[other][i] as number), 0);
    return total > 0 ? Math.max(0, values[atom][i] as number) / total : NaN;
  });
}

/** The range in which nearly all values of an interaction lie, zero among them. */
export function rangeOf(values: ArrayLike<number>): [number, number] {
  const [least = -1, greatest = 1] = quantiles(Array.from(values), [0.002, 0.998]);
  return [Math.min(0, least), Math.max(greatest, least + 1e-6, 0.01)];
}

/** The largest of a sample's interactions. */
export function strongest(values: AtomColumns, i: number): Atom {
  let best: Atom = "r";
  for (const atom of atoms) if ((values[atom][i] as number) > (values[best][i] as number)) best = atom;
  return best;
}
