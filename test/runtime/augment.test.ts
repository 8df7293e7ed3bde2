import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { augment, type Augmentation } from "../../runtime/data/augment/augment.js";
import { drawBeta } from "../../runtime/data/augment/beta.js";
import { mixup } from "../../runtime/data/augment/mixup.js";
import { shiftSounds } from "../../runtime/data/augment/shift.js";
import { specAugment } from "../../runtime/data/augment/spec-augment.js";
import type { Batch } from "../../runtime/data/batches.js";
import { Random } from "../../runtime/data/random.js";

function batch(values: number[], size: number, present = new Array<number>(size).fill(1)): Batch {
  return {
    size,
    inputs: { x: Float32Array.from(values) },
    present: { x: Float32Array.from(present) },
    labels: Int32Array.from({ length: size }, (_, i) => i % 2),
    rows: Int32Array.from({ length: size }, (_, i) => i),
  };
}

/** All that a batch of equal samples of this shape becomes. */
function outcomes(one: number[], shape: number[], steps: Augmentation[], size = 400): Set<string> {
  const given = batch(Array.from({ length: size }, () => one).flat(), size);
  const { inputs } = augment(given, { x: steps }, { shapes: { x: shape } }, new Random(3));
  const values = inputs.x as Float32Array;
  return new Set(
    Array.from({ length: size }, (_, i) => values.slice(i * one.length, (i + 1) * one.length).join()),
  );
}

describe("augmentations", () => {
  it("flip half of the pictures, pixel by pixel", () => {
    const picture = [1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60];
    expect(outcomes(picture, [2, 3, 2], [{ kind: "flip", axis: "horizontal" }])).toEqual(
      new Set(["1,10,2,20,3,30,4,40,5,50,6,60", "3,30,2,20,1,10,6,60,5,50,4,40"]),
    );
    expect(outcomes(picture, [2, 3, 2], [{ kind: "flip", axis: "vertical" }])).toEqual(
      new Set(["1,10,2,20,3,30,4,40,5,50,6,60", "4,40,5,50,6,60,1,10,2,20,3,30"]),
    );
  });

  it("shift pictures with their edges, and sounds with silence", () => {
    expect(outcomes([1, 2, 3], [1, 3, 1], [{ kind: "shift", by: 1 }])).toEqual(
      new Set(["1,2,3", "1,1,2", "2,3,3"]),
    );
    expect(outcomes([1, 2, 3, 4], [2, 2, 1], [{ kind: "shift", by: 1 }]).has("1,1,1,1")).toBe(true);
    expect(outcomes([1, 2, 3], [3], [{ kind: "shift", by: 2 }])).toEqual(
      new Set(["1,2,3", "0,1,2", "0,0,1", "2,3,0", "3,0,0"]),
    );
    // Further than a sound is long.
    const sound = Float32Array.of(1, 2);
    shiftSounds(sound, 2, 9, { integer: () => 18 } as unknown as Random);
    expect([...sound]).toEqual([0, 0]);
  });

  it("add noise of the deviation that is asked, but not to padding or to what is missing", () => {
    const size = 4000;
    const given = batch(
      Array.from({ length: size }, () => [5, 5, 0, 0]).flat(),
      size,
      Array.from({ length: size }, (_, i) => i % 2),
    );
    for (let i = 0; i < size; i += 2) given.inputs.x?.fill(0, i * 4, i * 4 + 4);
    const steps = { x: [{ kind: "noise", deviation: 0.5 }] } as const;
    const { inputs } = augment(given, steps, { shapes: { x: [4, 1] }, padded: ["x"] }, new Random(1));
    const values = inputs.x as Float32Array;
    const real = values.filter((_, at) => at % 8 === 4 || at % 8 === 5);
    const mean = real.reduce((a, b) => a + b) / real.length;
    const deviation = Math.sqrt(real.reduce((sum, x) => sum + (x - mean) ** 2, 0) / real.length);
    expect(mean).toBeCloseTo(5, 1);
    expect(deviation).toBeCloseTo(0.5, 1);
    expect(values.every((value, at) => at % 8 === 4 || at % 8 === 5 || value === 0)).toBe(true);
    expect(given.inputs.x?.[4]).toBe(5);
  });

  it("mask runs of moments and of features, as long as is allowed", () => {
    const [moments, features, size] = [12, 6, 500];
    const values = new Float32Array(size * moments * features).fill(1);
    const lengths = new Int32Array(size).fill(10);
    specAugment(values, [moments, features], { time: 3, frequency: 2, masks: 1 }, new Random(5), lengths);
    const [times, bands] = [new Set<number>(), new Set<number>()];
    for (let row = 0; row < size; row++) {
      const one = values.subarray(row * moments * features, (row + 1) * moments * features);
      expect(one.subarray(10 * features).every((value) => value === 1)).toBe(true);
      const masked = (count: number, is: (i: number) => boolean) =>
        Array.from({ length: count }, (_, i) => i).filter(is);
      const silent = masked(10, (t) => one.subarray(t * features, (t + 1) * features).every((x) => x === 0));
      const gone = masked(features, (f) => masked(10, (t) => one[t * features + f] !== 0).length === 0);
      if (gone.length < features) times.add(silent.length);
      bands.add(gone.length);
      for (const run of [silent, gone])
        if (run.length > 0) expect((run.at(-1) as number) - (run[0] as number)).toBe(run.length - 1);
    }
    expect([...times].sort()).toEqual([0, 1, 2, 3]);
    expect([...bands].sort()).toEqual([0, 1, 2]);
  });

  it("keep the shape and change nothing of the batch that they are given; the same seed draws the same", () => {
    const step = fc.constantFrom<Augmentation>(
      { kind: "flip", axis: "vertical" },
      { kind: "shift", by: 3 },
      { kind: "noise", deviation: 1 },
    );
    fc.assert(
      fc.property(fc.integer({ max: 99 }), fc.array(step, { maxLength: 4 }), (seed, steps) => {
        const given = batch(
          Array.from({ length: 5 * 24 }, (_, i) => i),
          5,
        );
        const run = () =>
          augment(given, { x: steps }, { shapes: { x: [3, 4, 2] } }, new Random(seed)).inputs
            .x as Float32Array;
        const found = run();
        expect(found.length).toBe(5 * 24);
        expect(run()).toEqual(found);
        expect(given.inputs.x?.every((value, i) => value === i)).toBe(true);
      }),
    );
  });
});

describe("mixup", () => {
  it("mixes inputs and answers of a pair by one share", () => {
    const size = 64;
    const given: Batch = {
      ...batch(
        Array.from({ length: size }, (_, i) => i),
        size,
      ),
    };
    given.inputs.y = (given.inputs.x as Float32Array).map((value) => 1000 - value);
    given.present.y = new Float32Array(size).fill(1);
    const truth = Float32Array.from({ length: 2 * size }, (_, at) => Number((at >> 1) % 2 === at % 2));
    const { inputs, targets } = mixup(given, truth, 1, new Random(2));
    let mixed = 0;
    for (let i = 0; i < size; i++) {
      const [x, y] = [inputs.x?.[i] as number, inputs.y?.[i] as number];
      expect(x + y).toBeCloseTo(1000, 2);
      const [a, b] = [targets?.[2 * i] as number, targets?.[2 * i + 1] as number];
      expect(a + b).toBeCloseTo(1, 5);
      if (x !== i) mixed++;
    }
    expect(mixed).toBeGreaterThan(size / 2);
    expect(given.inputs.x?.[5]).toBe(5);
  });

  it("leaves a sample alone whose partner lacks another modality", () => {
    const given = batch([1, 0, 3, 0], 4, [1, 0, 1, 0]);
    const { inputs } = mixup(given, new Float32Array(8), 1, new Random(4));
    expect(inputs.x?.[1]).toBe(0);
    expect(inputs.x?.[0]).toBeGreaterThanOrEqual(1);
    expect(inputs.x?.[2]).toBeGreaterThanOrEqual(1);
  });

  it("draws its shares from Beta(alpha, alpha), also of a small alpha", () => {
    for (const alpha of [0.001, 0.2, 1, 8]) {
      const random = new Random(9);
      const drawn = Array.from({ length: 20_000 }, () => drawBeta(alpha, random));
      const mean = drawn.reduce((a, b) => a + b) / drawn.length;
      const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
      expect(mean).toBeCloseTo(0.5, 1);
      expect(Math.abs(variance - 1 / (4 * (2 * alpha + 1)))).toBeLessThan(0.005);
    }
  });
});
