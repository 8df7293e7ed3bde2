import { describe, expect, it } from "vitest";
import {
  bayesPosterior,
  exactInteractions,
  gaussianPair,
  synthetic,
  type SyntheticOptions,
} from "../../runtime/index.js";

const base: SyntheticOptions = { widths: { a: 9, b: 12 }, classes: 3, samples: 400, noise: 0.5, seed: 4 };
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((x, y) => x + y, 0) / values.length;

describe("synthetic data", () => {
  it("is the same from the same seed", () => {
    const [one, two, other] = [
      synthetic({ ...base, redundancy: 1 }),
      synthetic({ ...base, redundancy: 1 }),
      synthetic({ ...base, redundancy: 1, seed: 5 }),
    ];
    expect(one.inputs.a).toEqual(two.inputs.a);
    expect(one.inputs.a).not.toEqual(other.inputs.a);
  });

  it("tells its class where it says so, and only there", () => {
    const redundant = exactInteractions(synthetic({ ...base, redundancy: 1, noise: 0.3 }));
    expect(mean(redundant.i1)).toBeGreaterThan(0.9);
    expect(mean(redundant.i2)).toBeGreaterThan(0.9);
    expect(mean(redundant.r)).toBeGreaterThan(0.9);

    const synergistic = exactInteractions(synthetic({ ...base, synergy: 1, noise: 0.3 }));
    expect(Math.max(...synergistic.i1.map(Math.abs))).toBeLessThan(1e-9);
    expect(Math.max(...synergistic.i2.map(Math.abs))).toBeLessThan(1e-9);
    expect(mean(synergistic.i12)).toBeGreaterThan(0.8);
    expect(mean(synergistic.s)).toBeGreaterThan(0.8);

    const nothing = exactInteractions(synthetic(base));
    expect(Math.max(...nothing.i12.map(Math.abs))).toBeLessThan(1e-9);
  });

  it("has posteriors that are calibrated: what is believed with p happens with p", () => {
    const data = synthetic({
      ...base,
      redundancy: 0.3,
      unique: 0.15,
      synergy: 0.3,
      samples: 6000,
      noise: 0.8,
    });
    const { classes, types, accuracy } = bayesPosterior(data);
    let [believed, right] = [0, 0];
    const typeBelief = data.types.map(() => 0);
    for (let i = 0; i < 6000; i++) {
      const row = classes.subarray(3 * i, 3 * i + 3);
      const best = row.indexOf(Math.max(...row));
      believed += row[best] as number;
      right += best === data.labels[i] ? 1 : 0;
      data.types.forEach(
        (_, t) => (typeBelief[t] = (typeBelief[t] as number) + (types[i * data.types.length + t] as number)),
      );
    }
    expect(right / 6000).toBeCloseTo(accuracy, 9);
    expect(Math.abs(believed - right) / 6000).toBeLessThan(0.02);
    data.types.forEach(({ share }, t) => expect((typeBelief[t] as number) / 6000).toBeCloseTo(share, 1));
    const { i12, i1, r, u1, u2, s } = exactInteractions(data);
    i12.forEach((value, i) => {
      const sum = (r[i] as number) + (u1[i] as number) + (u2[i] as number) + (s[i] as number);
      expect(sum).toBeCloseTo(value, 9);
    });
    // Mutual information is never negative, and more is known of both.
    expect(mean(i1)).toBeGreaterThan(0);
    expect(mean(i12)).toBeGreaterThan(mean(i1));
  });

  it("knows the entropy of its features: that of a single Gaussian when nothing else is drawn", () => {
    // With one codeword for all symbols the mixture is one Gaussian.
    const data = synthetic({ ...base, redundancy: 1, noise: 0.7, samples: 3000 });
    for (const code of data.codes) for (const block of Object.values(code.blocks)) block.codewords.fill(0);
    const draws = synthetic({ ...base, samples: 3000 });
    data.inputs.a = draws.inputs.a as Float32Array;
    for (let i = 0; i < (data.inputs.a as Float32Array).length; i++) (data.inputs.a as Float32Array)[i] = 0;
    const { h1 } = exactInteractions(data);
    expect(h1[0]).toBeCloseTo(9 * Math.log(0.7 * Math.sqrt(2 * Math.PI)), 6);
  });

  it("gives the Bayes accuracies that were measured before", () => {
    const mix = { widths: { a: 24, b: 24 }, classes: 4, samples: 8000, noise: 0.8, seed: 1 };
    expect(bayesPosterior(synthetic({ ...mix, redundancy: 1 })).accuracy).toBeGreaterThan(0.97);
    const synergy = bayesPosterior(synthetic({ ...mix, synergy: 1 })).accuracy;
    expect(synergy).toBeGreaterThan(0.8);
    expect(synergy).toBeLessThan(0.99);
    const unique = bayesPosterior(synthetic({ ...mix, unique: 0.5 })).accuracy;
    expect(unique).toBeGreaterThan(0.55);
    expect(unique).toBeLessThan(0.75);
  });

  it("makes more than two modalities, and refuses options that make no sense", () => {
    const three = synthetic({ ...base, widths: { a: 6, b: 6, c: 6 }, synergy: 1, noise: 0.1 });
    expect(bayesPosterior(three).accuracy).toBeGreaterThan(0.9);
    expect(() => exactInteractions(three)).toThrow(RangeError);
    expect(() => synthetic({ ...base, widths: { a: 9 } })).toThrow("two modalities");
    expect(() => synthetic({ ...base, widths: { a: 2, b: 9 } })).toThrow("3 features");
    expect(() => synthetic({ ...base, redundancy: 0.8, synergy: 0.3 })).toThrow("more than 1");
  });
});

describe("gaussianPair", () => {
  it("knows its mutual informations", () => {
    const pair = gaussianPair({ classes: 2, samples: 4000, seed: 2 });
    const { i1, i2, i12 } = pair.exact();
    // Two Gaussians sqrt(2) / 0.5 standard deviations apart: I(x1; y) = 0.5054 nats by quadrature.
    expect(mean(i1)).toBeGreaterThan(0.45);
    expect(mean(i1)).toBeLessThan(0.56);
    expect(Math.abs(mean(i1) - mean(i2))).toBeLessThan(0.03);
    expect(mean(i12)).toBeGreaterThan(mean(i1));
    expect(mean(i12)).toBeLessThan(Math.log(2));
  });
});
