import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../runtime/data/random.js";
import { fitLsmi, gaussianPair, lsmi, openEngine, type View } from "../../runtime/index.js";
import * as tf from "@tensorflow/tfjs-core";

beforeAll(() => openEngine("wasm"));

const quick = { repeats: 1, folds: 2 };
const width = 3;

function drawn(samples: number, seed: number) {
  const pair = gaussianPair({ classes: width, samples, seed });
  return {
    x1: { values: pair.x1, width },
    x2: { values: pair.x2, width },
    labels: pair.labels,
  };
}

/** Turned in the planes of its first two and last two columns, multiplied and shifted. */
function mapped({ values }: View, angles: readonly [number, number], factor: number, shift: number): View {
  const result = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += width) {
    const row = [...values.subarray(at, at + width)] as [number, number, number];
    for (const [j, angle] of angles.entries()) {
      const [a, b] = [row[j] as number, row[j + 1] as number];
      row[j] = Math.cos(angle) * a - Math.sin(angle) * b;
      row[j + 1] = Math.sin(angle) * a + Math.cos(angle) * b;
    }
    row.forEach((value, j) => (result[at + j] = factor * (value + shift)));
  }
  return { values: result, width };
}

describe("lsmi", () => {
  const { x1, x2, labels } = drawn(200, 3);
  const plain = lsmiOnce(() => lsmi(x1, x2, labels, width, quick));
  const angle = fc.double({ min: -3, max: 3, noNaN: true });

  it("stays the same when a modality is multiplied, shifted or rotated", async () => {
    const { r, s } = await plain();
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(angle, angle),
        fc.constantFrom(1e-3, 1, 1000),
        fc.double({ min: -20, max: 20, noNaN: true }),
        async (angles, factor, shift) => {
          const found = await lsmi(mapped(x1, angles, factor, shift), x2, labels, width, quick);
          for (const [of, was] of [
            [found.r, r],
            [found.s, s],
          ] as const)
            was.forEach((value, i) => expect(Math.abs((of[i] as number) - value)).toBeLessThan(0.02));
        },
      ),
      { numRuns: 6, seed: 1 },
    );
  });

  it("adds up to the mutual informations, for every sample of any data", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 2, max: 4 }), async (seed, classes) => {
        const random = new Random(seed);
        const n = 40;
        const view = (columns: number) => ({
          values: Float32Array.from({ length: n * columns }, () => random.normal()),
          width: columns,
        });
        const marks = Int32Array.from({ length: n }, () => random.integer(classes));
        const found = await lsmi(view(2), view(1), marks, classes, quick);
        for (let i = 0; i < n; i++) {
          const [r, u1, u2, s] = [found.r, found.u1, found.u2, found.s].map((atom) => atom[i] as number) as [
            number,
            number,
            number,
            number,
          ];
          expect(r + u1).toBeCloseTo(found.i1[i] as number, 9);
          expect(r + u2).toBeCloseTo(found.i2[i] as number, 9);
          expect(r + u1 + u2 + s).toBeCloseTo(found.i12[i] as number, 9);
        }
      }),
      { numRuns: 5, seed: 2 },
    );
  });
});

describe("a fitted lsmi", () => {
  it("reads new samples near their exact values, in blocks as in one go, and leaves no tensors", async () => {
    const before = tf.memory().numTensors;
    const learned = drawn(900, 5);
    const model = await fitLsmi(learned.x1, learned.x2, learned.labels, width);
    expect(model.chosen).toHaveLength(5);
    const asked = drawn(300, 6);
    const whole = await model.read(asked.x1, asked.x2, asked.labels);
    const part = ({ values }: View, from: number, to: number) => ({
      values: values.subarray(from * width, to * width),
      width,
    });
    for (const [from, to] of [
      [0, 7],
      [7, 300],
    ] as const) {
      const block = await model.read(
        part(asked.x1, from, to),
        part(asked.x2, from, to),
        asked.labels.subarray(from, to),
      );
      block.s.forEach((value, i) => expect(value).toBeCloseTo(whole.s[from + i] as number, 4));
      block.r.forEach((value, i) => expect(value).toBeCloseTo(whole.r[from + i] as number, 4));
    }
    const exact = gaussianPair({ classes: width, samples: 300, seed: 6 }).exact([0, 0]);
    const meanError = (a: Float64Array, b: Float64Array) =>
      a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / a.length;
    // The informations don't depend on the map; u1 + u2 is i1 + i2 - 2 r.
    const sum = (of: { r: Float64Array; u1: Float64Array }) => of.r.map((r, i) => r + (of.u1[i] as number));
    expect(meanError(sum(whole), sum(exact))).toBeLessThan(0.1);
    await expect(
      model.read(asked.x1, { values: new Float32Array(300), width: 1 }, asked.labels),
    ).rejects.toThrow("x2 has 1 columns; lsmi learned from 3.");
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

function lsmiOnce<T>(run: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => (found ??= run());
}
