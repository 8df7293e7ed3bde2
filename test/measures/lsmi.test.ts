import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  exactInteractions,
  gaussianPair,
  lsmi,
  openEngine,
  synthetic,
  type SamplePid,
} from "../../runtime/index.js";
import { standardise } from "../../runtime/measures/standardise.js";

beforeAll(() => openEngine("wasm"));

const meanError = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / a.length;
const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
const atoms = ["r", "u1", "u2", "s"] as const;

describe("lsmi", () => {
  it("comes near the exact values of a Gaussian pair, adds up, and leaves no tensors", async () => {
    const pair = gaussianPair({ classes: 3, samples: 900, seed: 3 });
    const [x1, x2] = [
      { values: pair.x1, width: 3 },
      { values: pair.x2, width: 3 },
    ];
    const before = tf.memory().numTensors;
    const progress: number[] = [];
    const found = await lsmi(x1, x2, pair.labels, 3, {
      repeats: 2,
      onProgress: (done) => void progress.push(done),
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(progress.at(-1)).toBeCloseTo(1, 9);
    const exact = pair.exact([
      (await standardise(x1)).logDeterminant,
      (await standardise(x2)).logDeterminant,
    ]);
    const limits = { r: 0.12, u1: 0.1, u2: 0.1, s: 0.12 };
    for (const atom of atoms) {
      expect(meanError(found[atom], exact[atom]), atom).toBeLessThan(limits[atom]);
      // The mean's error bar is honest within a few of its lengths, and the learner's own bias.
      const { mean: estimate, error } = found.means[atom];
      expect(Math.abs(estimate - mean(exact[atom]))).toBeLessThan(4 * error + 0.03);
      expect(found.errors[atom].every((value) => value >= 0)).toBe(true);
    }
    found.i12.forEach((value, i) => {
      expect(atoms.reduce((sum, atom) => sum + (found[atom][i] as number), 0)).toBeCloseTo(value, 6);
    });
  });

  it("finds synergy that no modality has alone, in data that is no single Gaussian", async () => {
    const data = synthetic({
      widths: { a: 9, b: 9 },
      classes: 2,
      samples: 1000,
      synergy: 1,
      noise: 0.3,
      seed: 1,
    });
    const [x1, x2] = [
      { values: data.inputs.a as Float32Array, width: 9 },
      { values: data.inputs.b as Float32Array, width: 9 },
    ];
    const found = await lsmi(x1, x2, data.labels, 2, { repeats: 1, folds: 4 });
    const exact = exactInteractions(data, [
      (await standardise(x1)).logDeterminant,
      (await standardise(x2)).logDeterminant,
    ]);
    expect(mean(exact.s)).toBeGreaterThan(0.4);
    expect(Math.abs(found.means.s.mean - mean(exact.s))).toBeLessThan(0.2);
    expect(Math.abs(found.means.u1.mean)).toBeLessThan(0.15);
  });

  it("exchanges the uniquenesses when the modalities are exchanged, and is the same from the same seed", async () => {
    const pair = gaussianPair({ classes: 2, samples: 160, seed: 5 });
    const constant = new Float32Array(160 * 3);
    pair.x2.forEach((value, i) => (constant[3 * Math.floor(i / 2) + (i % 2)] = value));
    const views = [
      { values: pair.x1, width: 2 },
      { values: constant, width: 3 }, // its third column never changes
    ] as const;
    const options = { repeats: 1, folds: 2, seed: 9 };
    const one = await lsmi(views[0], views[1], pair.labels, 2, options);
    const again = await lsmi(views[0], views[1], pair.labels, 2, options);
    const swapped = await lsmi(views[1], views[0], pair.labels, 2, options);
    expect(again.r).toEqual(one.r);
    expect(Math.abs(swapped.means.u1.mean - one.means.u2.mean)).toBeLessThan(0.15);
    expect([...one.r, ...one.s].every(Number.isFinite)).toBe(true);
  });

  it("adjusts on request, so that no mean is negative while the sum stays", async () => {
    const pair = gaussianPair({ classes: 2, samples: 120, seed: 6 });
    const run = (adjusted: boolean): Promise<SamplePid> =>
      lsmi({ values: pair.x1, width: 2 }, { values: pair.x1, width: 2 }, pair.labels, 2, {
        repeats: 1,
        folds: 2,
        adjusted,
      });
    const [plain, adjusted] = [await run(false), await run(true)];
    const sum = ({ means }: SamplePid) => atoms.reduce((total, atom) => total + means[atom].mean, 0);
    expect(sum(adjusted)).toBeCloseTo(sum(plain), 6);
  });

  it("refuses what it can't measure", async () => {
    const view = { values: new Float32Array(20), width: 2 };
    await expect(lsmi(view, view, new Int32Array(10), 2)).rejects.toThrow("20 samples or more");
    await expect(lsmi(view, view, new Int32Array(9), 2)).rejects.toThrow("as many rows");
  });
});
