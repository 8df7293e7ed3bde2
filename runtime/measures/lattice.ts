/** One element of the redundancy lattice: sets of sources of which none holds another. */
export interface Antichain {
  /** `{1}{23}`: source 1, and 2 together with 3. */
  name: string;
  /** Each set as bits: source k is bit k - 1. */
  sets: readonly number[];
  /** All sets that hold one of them, as they are numbered by their bits. */
  above: readonly number[];
}

export interface Lattice {
  /** From the bottom, `{1}{2}..`, to the top, `{12..}`: what is below stands before. */
  antichains: readonly Antichain[];
  /** Per antichain, the few others by whose values its atom is found: atom = sum of coefficient * value. */
  inversion: readonly (readonly { at: number; coefficient: number }[])[];
}

const lattices = new Map<number, Lattice>();

/**
 * The redundancy lattice of Williams and Beer (2010, arXiv 1004.2515): antichains of sources, a below b when each set of b holds one of a;
 * 4 of two sources, 18 of three, 166 of four. With its Moebius inversion, which is worked out once for each number of sources.
 * @throws RangeError when there are not 2 to 4 sources
 */
export function redundancyLattice(sources: number): Lattice {
  if (![2, 3, 4].includes(sources))
    throw new RangeError(`The redundancy lattice is that of 2 to 4 sources, not of ${sources}.`);
  const known = lattices.get(sources);
  if (known !== undefined) return known;
  const antichains = antichainsOf(sources);
  const lattice = { antichains, inversion: invert(antichains) };
  lattices.set(sources, lattice);
  return lattice;
}

function antichainsOf(sources: number): Antichain[] {
  const all = 1 << sources;
  const found: Antichain[] = [];
  const extend = (sets: readonly number[], from: number) => {
    if (sets.length > 0) found.push(antichain(sets, all));
    for (let set = from; set < all; set++)
      if (sets.every((other) => (set & other) !== set && (set & other) !== other))
        extend([...sets, set], set + 1);
  };
  extend([], 1);
  return found.sort((a, b) => b.above.length - a.above.length || (a.name < b.name ? -1 : 1));
}

function antichain(sets: readonly number[], all: number): Antichain {
  const digits = (set: number) => [1, 2, 3, 4].filter((k) => set & (1 << (k - 1))).join("");
  const names = sets.map(digits).sort((a, b) => a.length - b.length || Number(a) - Number(b));
  const above = Array.from({ length: all }, (_, mask) => mask).filter((mask) =>
    sets.some((set) => (set & mask) === set),
  );
  return { name: names.map((name) => `{${name}}`).join(""), sets, above };
}

/** The Moebius function mu(b, a) of the lattice where it isn't 0: atom(a) = sum over b below or at a of mu(b, a) value(b). */
function invert(antichains: readonly Antichain[]): Lattice["inversion"] {
  const filters = antichains.map(({ above }) => new Set(above));
  const below = antichains.map((_, a) =>
    [...antichains.keys()].filter((b) => antichains[a]?.above.every((mask) => filters[b]?.has(mask))),
  );
  return antichains.map((_, a) => {
    const mu = new Map<number, number>([[a, 1]]);
    // What is below stands before, so that from the end on all between b and a is known.
    for (const b of [...(below[a] ?? [])].reverse()) {
      if (b === a) continue;
      let sum = 0;
      for (const [c, value] of mu) if (below[c]?.includes(b)) sum += value;
      if (sum !== 0) mu.set(b, -sum);
    }
    return [...mu].map(([at, coefficient]) => ({ at, coefficient }));
  });
}

/** The atom's usual name where there are two sources. */
export const twoSourceNames: Readonly<Record<string, string>> = {
  "{1}{2}": "r",
  "{1}": "u1",
  "{2}": "u2",
  "{12}": "s",
};

/** What an atom is called in reports: `r`, `u1`, `u2`, `s` of two sources, its antichain of more. */
export function atomName(antichain: string, sources: number): string {
  return sources === 2 ? (twoSourceNames[antichain] ?? antichain) : antichain;
}
