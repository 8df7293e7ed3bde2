import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../runtime/data/random.js";
import { broja } from "../../runtime/measures/index.js";
import {
  distributions,
  expectation,
  gates,
  information,
  type Distribution,
} from "../support/distributions.js";

const mutual = (distribution: Distribution, set: number[]) =>
  expectation(distribution, (i) => information(distribution, set, i));

/** Smallest value of a convex function on [low, high], by golden sections. */
function goldenSection(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [fc, fd] = [f(c), f(d)];
  for (let i = 0; i < 60; i++) {
    if (fc < fd) {
      [b, d, fd] = [d, c, fc];
      c = b - ratio * (b - a);
      fc = f(c);
    } else {
      [a, c, fc] = [c, d, fd];
      d = a + ratio * (b - a);
      fd = f(d);
    }
  }
  return Math.min(fc, fd, f(low), f(high));
}

/** The joint p[t][x][z] of a distribution of bits. */
function table({ sources, target, weights }: Distribution): number[][][] {
  const total = weights.reduce((a, b) => a + b, 0);
  const joint = [0, 1].map(() => [0, 1].map(() => [0, 0]));
  weights.forEach((weight, i) => {
    const row = joint[target[i] as number]?.[sources[0]?.[i] as number] as number[];
    const z = sources[1]?.[i] as number;
    row[z] = (row[z] as number) + weight / total;
  });
  return joint;
}

/** I(T; X, Z) of a joint q[t][x][z], from the definition. */
function informationOf(joint: number[][][]): number {
  const sum = (cells: number[]) => cells.reduce((a, b) => a + b, 0);
  let value = 0;
  for (const slice of joint)
    for (const x of [0, 1])
      for (const z of [0, 1]) {
        const q = slice[x]?.[z] as number;
        const both = sum(joint.map((other) => other[x]?.[z] as number));
        if (q > 0) value += q * Math.log(q / both / sum(slice.flat()));
      }
  return value;
}

/**
 * min I_Q(T; X, Z) over all Q with the marginals of bits: for each t the four cells have one degree of freedom, so that
 * there are two numbers to search, one inside the other.
 */
function smallestByGoldenSections(distribution: Distribution): number {
  const joint = table(distribution);
  const ranges = joint.map((slice) => {
    const at = (x: number, z: number) => slice[x]?.[z] as number;
    return [-Math.min(at(0, 0), at(1, 1)), Math.min(at(0, 1), at(1, 0))] as const;
  });
  const moved = (shifts: number[]) =>
    joint.map((slice, t) =>
      slice.map((row, x) => row.map((p, z) => Math.max(0, p + (x === z ? 1 : -1) * (shifts[t] as number)))),
    );
  const [first, second] = ranges as [readonly [number, number], readonly [number, number]];
  return goldenSection((a) => goldenSection((b) => informationOf(moved([a, b])), ...second), ...first);
}

describe("broja", () => {
  it.each([
    ["XOR", gates.xor, [0, 0, 0, 1]],
    ["AND", gates.and, [0.311278, 0, 0, 0.5]],
    ["COPY", gates.copy, [0, 1, 1, 0]],
    ["UNQ", gates.unique, [0, 1, 0, 0]],
    ["RDN", gates.redundant, [1, 0, 0, 0]],
  ])("knows %s, in bits", async (_name, { sources, target, weights }, exact) => {
    const { means, gap } = await broja(sources, target, { weights });
    expect(gap).toBeLessThan(1e-6);
    ["r", "u1", "u2", "s"].forEach((atom, k) =>
      expect((means[atom]?.mean as number) / Math.LN2).toBeCloseTo(exact[k] as number, 6),
    );
  });

  it("solves its optimisation: golden sections over all allowed joints of bits find the same minimum", async () => {
    await fc.assert(
      fc.asyncProperty(distributions(2, 2, 12), async (distribution) => {
        const { means, gap } = await broja(distribution.sources, distribution.target, distribution);
        const smallest = smallestByGoldenSections(distribution);
        const found = mutual(distribution, [0, 1]) - (means.s?.mean as number);
        expect(gap).toBeLessThan(1e-6);
        expect(Math.abs(found - smallest)).toBeLessThan(1e-6);
      }),
      { numRuns: 60 },
    );
  });

  it("adds up to the mutual informations, is never negative, and certifies its gap, for any symbols", async () => {
    await fc.assert(
      fc.asyncProperty(distributions(2, 4, 40), async (distribution) => {
        const { means, gap } = await broja(distribution.sources, distribution.target, distribution);
        const [r, u1, u2, s] = ["r", "u1", "u2", "s"].map((atom) => means[atom]?.mean as number) as [
          number,
          number,
          number,
          number,
        ];
        expect(gap).toBeLessThan(1e-6);
        expect(r + u1).toBeCloseTo(mutual(distribution, [0]), 9);
        expect(r + u2).toBeCloseTo(mutual(distribution, [1]), 9);
        expect(r + u1 + u2 + s).toBeCloseTo(mutual(distribution, [0, 1]), 9);
        for (const atom of [r, u1, u2, s]) expect(atom).toBeGreaterThan(-gap - 1e-9);
      }),
      { numRuns: 40 },
    );
  });

  it("tells the error of its means, what chance gives, and how far it is", async () => {
    const random = new Random(4);
    const [a, b] = [0, 1].map(() => Array.from({ length: 300 }, () => random.integer(2))) as [
      number[],
      number[],
    ];
    const said: number[] = [];
    const pid = await broja(
      [a, b],
      a.map((x, i) => x & (b[i] as number)),
      { onProgress: (fraction) => void said.push(fraction) },
    );
    expect(pid.means.r?.mean as number).toBeCloseTo(0.311278 * Math.LN2, 1);
    expect(pid.means.r?.error as number).toBeGreaterThan(0.005);
    expect(pid.means.r?.error as number).toBeLessThan(0.08);
    expect(Math.max(...Object.values(pid.shuffled ?? {}))).toBeLessThan(0.02);
    expect(said.at(-1)).toBe(1);
    expect(pid.atoms).toBeUndefined();
  });

  it("refuses three sources, and more symbols than it can solve for", async () => {
    const column = Array.from({ length: 500 }, (_, i) => i);
    await expect(broja([column, column, column], column)).rejects.toThrow("two modalities");
    await expect(
      broja(
        [column, column],
        column.map((i) => i % 2),
      ),
    ).rejects.toThrow("constraints");
  });
});
