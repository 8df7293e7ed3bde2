import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../runtime/data/random.js";
import { pointwise } from "../../runtime/measures/index.js";
import { distributions, gates, information, states, type Distribution } from "../support/distributions.js";

function bits({ sources, target, weights }: Distribution): number[] {
  const { means } = pointwise(sources, target, { weights });
  return ["r", "u1", "u2", "s"].map((atom) => (means[atom]?.mean as number) / Math.LN2);
}

describe("pointwise", () => {
  it.each([
    ["XOR", gates.xor, [0, 0, 0, 1]],
    ["AND", gates.and, [0.561278, -0.25, -0.25, 0.75]],
    ["RDN", gates.redundant, [1, 0, 0, 0]],
    ["UNQ", gates.unique, [1, 0, -1, 1]],
    ["COPY", gates.copy, [1, 0, 0, 1]],
  ])("knows %s, in bits", (_name, distribution, exact) => {
    bits(distribution).forEach((value, i) => expect(value).toBeCloseTo(exact[i] as number, 6));
  });

  it("counts samples by their weights", () => {
    const { means } = pointwise(
      [
        [0, 1, 1],
        [0, 1, 1],
      ],
      [0, 1, 1],
      { weights: [2, 1, 1] },
    );
    expect(means.r?.mean).toBeCloseTo(Math.LN2, 9);
    expect(means.r?.error).toBe(0);
  });

  it("refuses lengths that differ, nothing at all, weights that count nothing, and three sources", () => {
    expect(() => pointwise([[1], [1, 2]], [1])).toThrow(RangeError);
    expect(() => pointwise([[], []], [])).toThrow(RangeError);
    expect(() => pointwise([[1], [1]], [1], { weights: [0] })).toThrow(RangeError);
    expect(() => pointwise([[1], [1], [1]], [1])).toThrow("two modalities");
  });

  it("adds up to what each and both tell in every sample, and knows no order of the modalities", () => {
    fc.assert(
      fc.property(distributions(2, 4, 40), (distribution) => {
        const { sources, target, weights } = distribution;
        const { atoms } = pointwise(sources, target, { weights });
        const swapped = pointwise([...sources].reverse(), target, { weights }).atoms;
        const at = (name: string, i: number) => atoms[name]?.[i] as number;
        for (const i of states(distribution)) {
          expect(at("r", i) + at("u1", i)).toBeCloseTo(information(distribution, [0], i), 9);
          expect(at("r", i) + at("u2", i)).toBeCloseTo(information(distribution, [1], i), 9);
          const sum = at("r", i) + at("u1", i) + at("u2", i) + at("s", i);
          expect(sum).toBeCloseTo(information(distribution, [0, 1], i), 9);
          expect(swapped.u1?.[i]).toBeCloseTo(at("u2", i), 9);
          expect(swapped.s?.[i]).toBeCloseTo(at("s", i), 9);
        }
      }),
    );
  });
});

describe("plug-in probabilities", () => {
  it("say how large they are by chance: independent labels tell nothing, and seem to", () => {
    // Every pair of 6 symbols 10 times, labels in turn.
    const pairs = Array.from({ length: 360 }, (_, i) => [i % 6, Math.floor(i / 6) % 6] as const);
    const labels = pairs.map((_, i) => (i * 7 + Math.floor(i / 36) * 3) % 4);
    const sources = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
    const { means, shuffled, informations } = pointwise(sources, labels, { seed: 1 });
    const { i12 } = informations;
    expect(shuffled?.s).toBeGreaterThan(0.05);
    const sum = ["r", "u1", "u2", "s"].reduce((total, atom) => total + (means[atom]?.mean as number), 0);
    expect(sum).toBeCloseTo(i12?.plugin as number, 9);
    // (states of all - of the sources - of the target + 1) / 2n less, by Miller and Madow.
    const states = new Set(labels.map((label, i) => `${pairs[i]?.join()},${label}`)).size;
    expect((i12?.plugin as number) - (i12?.millerMadow as number)).toBeCloseTo(
      (states - 36 - 4 + 1) / 720,
      9,
    );
  });

  it("are corrected well where samples are many enough, on average", () => {
    // The mean over many draws of independent variables is near 0 after the correction, and isn't before.
    const draws = Array.from({ length: 60 }, (_, seed) => {
      const random = new Random(seed);
      const column = (n: number) => Array.from({ length: 400 }, () => random.integer(n));
      return pointwise([column(3), column(3)], column(3), { shuffles: 0 }).informations.i12;
    });
    const mean = (key: "plugin" | "millerMadow") =>
      draws.reduce((sum, draw) => sum + (draw?.[key] as number) / draws.length, 0);
    expect(mean("plugin")).toBeGreaterThan(0.015);
    expect(Math.abs(mean("millerMadow"))).toBeLessThan(0.003);
  });
});
