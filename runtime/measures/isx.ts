import { pairCodes, spread, weightsOf, type Cells, type Symbols } from "./cells.js";
import type { Columns, Decomposition } from "./decomposition.js";
import { atomName, redundancyLattice, type Lattice } from "./lattice.js";
import { pluginPid, type PluginOptions, type PluginPid } from "./plugin.js";

/** Atoms of each sample, each the difference of two parts that are never negative. */
export interface IsxPid extends PluginPid {
  parts: NonNullable<Decomposition["parts"]>;
}

/**
 * Shared exclusions (Makkeh, Gutknecht and Wibral 2021, Phys. Rev. E 103, 032149): the redundancy of an antichain {a1, a2, ..} is what
 * one learns of the target from "the sources of a1 have their values, or those of a2, or ..": i = log p(y | W) / p(y) with that event W. It is
 * i+ - i-, with i+ = -log p(W) and i- = -log p(W | y); Moebius inversion over the redundancy lattice gives the
 * atoms of all three. In nats, of each sample; r, u1, u2 and s of two sources, antichains such as `{1}{23}` of three and four.
 * @param sources 2 to 4 of them, as symbols
 * @throws RangeError when there are other numbers of sources, their lengths differ or there are no samples
 */
export function isx(sources: readonly Symbols[], labels: Symbols, options: PluginOptions = {}): IsxPid {
  const lattice = redundancyLattice(sources.length);
  const { cells, ...pid } = pluginPid(
    sources,
    labels,
    options,
    (drawn) => {
      const { plus, minus } = sharedOfCells(drawn, lattice);
      return atomsOf(difference(plus, minus), lattice, sources.length);
    },
    // Atoms are sums of what is shared, so that their means are those of its means.
    (drawn) => {
      const { plus, minus } = sharedOfCells(drawn, lattice);
      const share = (weight: number) => weight / drawn.total;
      const means = difference(plus, minus).map((values) =>
        Float64Array.of(
          values.reduce((sum, value, cell) => sum + value * share(drawn.weights[cell] as number), 0),
        ),
      );
      const atoms = Object.entries(atomsOf(means, lattice, sources.length));
      return Object.fromEntries(atoms.map(([name, [mean = NaN]]) => [name, mean]));
    },
  );
  const { plus, minus } = sharedOfCells(cells, lattice);
  const columns = (shared: readonly Float64Array[]) =>
    Object.fromEntries(
      Object.entries(atomsOf(shared, lattice, sources.length)).map(([name, values]) => [
        name,
        spread(values, cells),
      ]),
    );
  return { ...pid, parts: { informative: columns(plus), misinformative: columns(minus) } };
}

/** What each antichain shares, i+ and i-, in each cell. */
function sharedOfCells(
  cells: Cells,
  { antichains }: Lattice,
): { plus: Float64Array[]; minus: Float64Array[] } {
  const { sources, target, weights, total } = cells;
  const ofTarget = weightsOf(target, weights);
  const all = 1 << sources.length;
  const anywhere = agreeing(cells);
  const withTarget = agreeing(cells, target);
  const minusLog = (agree: Float64Array, most: (cell: number) => number) =>
    antichains.map(({ above }) =>
      weights.map((_, cell) => {
        let event = 0;
        for (const mask of above) event += agree[cell * all + mask] as number;
        return -Math.log(event / most(cell));
      }),
    );
  return {
    plus: minusLog(anywhere, () => total),
    minus: minusLog(withTarget, (cell) => ofTarget[target[cell] as number] as number),
  };
}

function difference(plus: readonly Float64Array[], minus: readonly Float64Array[]): Float64Array[] {
  return plus.map((values, a) => values.map((up, i) => up - ((minus[a] as Float64Array)[i] as number)));
}

/** Moebius inversion of one column for each antichain. */
function atomsOf(
  shared: readonly Float64Array[],
  { antichains, inversion }: Lattice,
  sources: number,
): Columns {
  const atom = (terms: Lattice["inversion"][number]) => {
    const values = new Float64Array(shared[0]?.length ?? 0);
    for (const { at, coefficient } of terms)
      shared[at]?.forEach((value, i) => (values[i] = (values[i] as number) + coefficient * value));
    return values;
  };
  return Object.fromEntries(
    antichains.map(({ name }, a) => [atomName(name, sources), atom(inversion[a] ?? [])]),
  );
}

/**
 * How much weight agrees with each cell in exactly the sources of each set (in the target too, when it is given): [cells, sets].
 * Those that agree in at least a set are counted; inclusion and exclusion gives those that agree in no more.
 */
function agreeing({ sources, weights, total }: Cells, target?: Int32Array): Float64Array {
  const all = 1 << sources.length;
  const agree = new Float64Array(weights.length * all);
  for (let set = 0; set < all; set++) {
    const members = sources.filter((_, k) => set & (1 << k));
    if (target !== undefined) members.push(target);
    if (members.length === 0) {
      for (let cell = 0; cell < weights.length; cell++) agree[cell * all] = total;
      continue;
    }
    const coded = members.reduce(pairCodes);
    const sums = weightsOf(coded, weights);
    coded.forEach((code, cell) => (agree[cell * all + set] = sums[code] as number));
  }
  for (let bit = 1; bit < all; bit <<= 1)
    for (let at = 0; at < agree.length; at++)
      if ((at & bit) === 0) agree[at] = (agree[at] as number) - (agree[at | bit] as number);
  return agree;
}
