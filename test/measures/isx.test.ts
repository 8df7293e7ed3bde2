import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isx, redundancyLattice } from "../../runtime/measures/index.js";
import {
  chance,
  distributions,
  expectation,
  gate,
  gates,
  information,
  states,
  type Distribution,
} from "../support/distributions.js";

type Sets = number[][];

const within = (a: readonly number[], b: readonly number[]) => a.every((k) => b.includes(k));

/** Every subset of a list. */
function subsets<T>(list: readonly T[]): T[][] {
  return list.reduce<T[][]>((found, item) => [...found, ...found.map((set) => [...set, item])], [[]]);
}

/** All families of sets of sources of which none holds another: of all families, those that are so. */
function antichains(sources: number): Sets[] {
  const sets = subsets([...Array(sources).keys()]).filter(({ length }) => length > 0);
  return subsets(sets).filter(
    (family) => family.length > 0 && family.every((a) => family.every((b) => a === b || !within(a, b))),
  );
}

const below = (a: Sets, b: Sets) => b.every((set) => a.some((own) => within(own, set)));

function nameOf(family: Sets): string {
  const digits = family.map((set) => set.map((k) => k + 1).join(""));
  digits.sort((a, b) => a.length - b.length || a.localeCompare(b));
  return digits.map((set) => `{${set}}`).join("");
}

/** i+ and i- of an antichain at a state, from the probabilities of "any of its sets has its values". */
function shared(distribution: Distribution, family: Sets, at: number): { plus: number; minus: number } {
  const { sources, target } = distribution;
  const event = (i: number) => family.some((set) => set.every((k) => sources[k]?.[i] === sources[k]?.[at]));
  const same = (i: number) => target[i] === target[at];
  return {
    plus: -Math.log(chance(distribution, event)),
    minus: Math.log(chance(distribution, same) / chance(distribution, (i) => same(i) && event(i))),
  };
}

/** Atoms by the recursion that defines them: what an antichain shares, less all atoms strictly below it. */
function atomsByRecursion(families: readonly Sets[], value: (family: Sets) => number): Map<Sets, number> {
  const known = new Map<Sets, number>();
  const atom = (family: Sets): number => {
    const before = known.get(family);
    if (before !== undefined) return before;
    let rest = value(family);
    for (const other of families) if (other !== family && below(other, family)) rest -= atom(other);
    known.set(family, rest);
    return rest;
  };
  families.forEach(atom);
  return known;
}

const twoSources: Record<string, string> = { "{1}{2}": "r", "{1}": "u1", "{2}": "u2", "{12}": "s" };

describe("the redundancy lattice", () => {
  it.each([
    [2, 4],
    [3, 18],
    [4, 166],
  ])("of %i sources has %i antichains, the same that enumeration finds", (sources, count) => {
    const { antichains: found } = redundancyLattice(sources);
    expect(found).toHaveLength(count);
    expect(found.map(({ name }) => name).sort()).toEqual(antichains(sources).map(nameOf).sort());
  });

  it("begins with what all share and ends with what only all together tell", () => {
    const { antichains: found } = redundancyLattice(3);
    expect([found[0]?.name, found.at(-1)?.name]).toEqual(["{1}{2}{3}", "{123}"]);
    expect(found.map(({ name }) => name)).toContain("{1}{23}");
    expect(() => redundancyLattice(5)).toThrow(RangeError);
  });
});

describe("isx", () => {
  it.each([
    ["XOR", gates.xor, [-0.584963, 0.584963, 0.584963, 0.415037]],
    ["RDN", gates.redundant, [1, 0, 0, 0]],
    // r = log2(4/3): of the four states three agree in x1 or x2.
    ["COPY", gates.copy, [0.415037, 0.584963, 0.584963, 0.415037]],
    ["UNQ", gates.unique, [0.415037, 0.584963, -0.415037, 0.415037]],
    // r = 1/4 log2(4/3) + 1/2 log2(8/9) + 1/4 log2(4/3), from the definition; the rest follows from I1 = I2 = .311278 and I12 = .811278.
    ["AND", gates.and, [0.122556, 0.188722, 0.188722, 0.311278]],
  ])("knows %s, in bits", (_name, { sources, target, weights }, exact) => {
    const { means } = isx(sources, target, { weights });
    ["r", "u1", "u2", "s"].forEach((atom, k) =>
      expect((means[atom]?.mean as number) / Math.LN2).toBeCloseTo(exact[k] as number, 5),
    );
  });

  it("finds the parity of three bits only where all three are known", () => {
    const { sources, target, weights } = gate(3, (bits) => bits.reduce((a, b) => a ^ b));
    const { atoms } = isx(sources, target, { weights });
    const sum = (names: (name: string) => boolean) =>
      Object.keys(atoms)
        .filter(names)
        .reduce((total, name) => total + (atoms[name]?.[0] as number), 0);
    expect(sum(() => true)).toBeCloseTo(Math.LN2, 9);
    expect(Object.keys(atoms)).toHaveLength(18);
  });

  it.each([
    [2, 3, 60],
    [3, 2, 25],
    [4, 2, 8],
  ])(
    "of %i sources gives the atoms that enumeration gives, with both their parts",
    (sources, symbols, runs) => {
      const families = antichains(sources);
      fc.assert(
        fc.property(distributions(sources, symbols, sources === 4 ? 6 : 10), (distribution) => {
          const { atoms, parts } = isx(distribution.sources, distribution.target, distribution);
          for (const at of states(distribution)) {
            const plus = atomsByRecursion(families, (family) => shared(distribution, family, at).plus);
            const minus = atomsByRecursion(families, (family) => shared(distribution, family, at).minus);
            for (const family of families) {
              const name = sources === 2 ? (twoSources[nameOf(family)] as string) : nameOf(family);
              const [up, down] = [plus.get(family) as number, minus.get(family) as number];
              expect(parts.informative[name]?.[at]).toBeCloseTo(up, 8);
              expect(parts.misinformative[name]?.[at]).toBeCloseTo(down, 8);
              expect(atoms[name]?.[at]).toBeCloseTo(up - down, 8);
            }
          }
        }),
        { numRuns: runs },
      );
    },
  );

  it.each([2, 3, 4])("of %i sources adds up to every mutual information in every sample", (sources) => {
    const { antichains: found } = redundancyLattice(sources);
    fc.assert(
      fc.property(distributions(sources, 3, 20), (distribution) => {
        const { atoms, parts } = isx(distribution.sources, distribution.target, distribution);
        const values = Object.values(atoms);
        for (const set of subsets([...Array(sources).keys()]).filter(({ length }) => length > 0)) {
          const bits = set.reduce((mask, k) => mask | (1 << k), 0);
          for (const at of states(distribution)) {
            const sum = found.reduce(
              (total, { above }, a) => total + (above.includes(bits) ? (values[a]?.[at] as number) : 0),
              0,
            );
            expect(sum).toBeCloseTo(information(distribution, set, at), 9);
          }
        }
        // Both parts are never negative (Makkeh et al. 2021).
        for (const part of [parts.informative, parts.misinformative])
          for (const values of Object.values(part)) expect(Math.min(...values)).toBeGreaterThan(-1e-9);
      }),
      { numRuns: 40 },
    );
  });

  it("changes with the order of its sources only by name", () => {
    fc.assert(
      fc.property(distributions(3, 3, 20), (distribution) => {
        const { sources, target } = distribution;
        const [a, b, c] = sources as [number[], number[], number[]];
        const first = isx([a, b, c], target, distribution).atoms;
        const second = isx([c, a, b], target, distribution).atoms;
        const pairs = { "{1}{23}": "{2}{13}", "{12}{13}{23}": "{12}{13}{23}", "{3}": "{1}", "{12}": "{23}" };
        for (const [name, other] of Object.entries(pairs))
          states(distribution).forEach((i) =>
            expect(second[other]?.[i]).toBeCloseTo(first[name]?.[i] as number, 9),
          );
      }),
    );
  });

  it("refuses one source, five, and none at all", () => {
    const column = [0, 1];
    for (const count of [0, 1, 5]) expect(() => isx(Array(count).fill(column), column)).toThrow(RangeError);
  });

  it("has the mean of its samples for a mean, and an error that falls with their number", () => {
    const errors = [1, 16].map((times) => {
      const repeat = (values: number[]) => Array.from({ length: times }, () => values).flat();
      const { sources, target } = gates.and;
      const { means, atoms } = isx(sources.map(repeat), repeat(target), { shuffles: 0 });
      const r = atoms.r as Float64Array;
      expect(means.r?.mean).toBeCloseTo(
        expectation(gates.and, (i) => r[i] as number),
        9,
      );
      return means.r?.error as number;
    });
    expect((errors[0] as number) / (errors[1] as number)).toBeGreaterThan(3);
    expect((errors[0] as number) / (errors[1] as number)).toBeLessThan(5.5);
  });
});
