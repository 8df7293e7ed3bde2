import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  auroc,
  labelAccuracy,
  labelAuroc,
  labelCalibration,
  labelF1,
  labelSynergyIndicator,
  macroAuroc,
  mae,
  r2,
  rmse,
  subsetAccuracy,
} from "../../runtime/index.js";

const numbers = {
  size: 4,
  classes: ["price"],
  targets: Float32Array.of(1, 2, 3, 6),
  predicted: Float32Array.of(1, 3, 3, 4),
};

describe("metrics of numbers", () => {
  it("are exact", () => {
    expect(mae(numbers).value).toBeCloseTo(3 / 4, 12);
    expect(rmse(numbers).value).toBeCloseTo(Math.sqrt(5 / 4), 12);
    // The mean is 3; the squared distances from it add up to 14.
    expect(r2(numbers).value).toBeCloseTo(1 - 5 / 14, 12);
    expect(mae(numbers).details).toBeUndefined();
    const [low, high] = mae(numbers).interval as [number, number];
    // Absolute errors 0, 1, 0, 2: variance 11/12 over 4 samples.
    expect(high - 3 / 4).toBeCloseTo(1.959964 * Math.sqrt(11 / 12 / 4), 6);
    expect(low).toBe(0);
  });

  it("tell each of several numbers, and their mean", () => {
    const two = {
      size: 2,
      classes: ["a", "b"],
      targets: Float32Array.of(0, 10, 2, 30),
      predicted: Float32Array.of(1, 10, 2, 20),
    };
    expect(mae(two)).toMatchObject({ value: 11 / 4, details: { a: 0.5, b: 5 } });
    expect(rmse(two).details).toEqual({ a: Math.sqrt(1 / 2), b: Math.sqrt(50) });
    expect(rmse(two).value).toBeCloseTo(Math.sqrt(101 / 4), 12);
    expect(r2(two)).toMatchObject({ value: 0.5, details: { a: 0.5, b: 0.5 } });
  });

  it("R2 is 1 of what is right, 0 of the mean, and the same in other units", () => {
    const finite = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(finite, finite), { minLength: 3, maxLength: 20 }),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        finite,
        (pairs, factor, shift) => {
          const of = (map: (x: number) => number) => ({
            size: pairs.length,
            classes: ["y"],
            targets: Float32Array.from(pairs, ([y]) => map(y)),
            predicted: Float32Array.from(pairs, ([, x]) => map(x)),
          });
          const judged = of((x) => x);
          const { targets } = judged;
          const mean = targets.reduce((a, b) => a + b, 0) / targets.length;
          const spread = targets.reduce((sum, y) => sum + (y - mean) ** 2, 0);
          fc.pre(spread > 1);
          expect(r2({ ...judged, predicted: targets }).value).toBe(1);
          const flat = targets.map(() => mean);
          expect(r2({ ...judged, predicted: flat }).value).toBeCloseTo(0, 3);
          const scaled = r2(of((x) => factor * x + shift)).value;
          const { value } = r2(judged);
          expect(Math.abs(scaled - value)).toBeLessThan(1e-2 * (1 + Math.abs(value)));
        },
      ),
    );
    expect(r2({ ...numbers, targets: Float32Array.of(2, 2, 2, 2) }).value).toBeNaN();
  });
});

const labels = {
  size: 4,
  classes: ["calm", "happy"],
  targets: Float32Array.of(1, 0, 1, 1, 0, 0, 0, 1),
  probabilities: Float32Array.of(0.9, 0.2, 0.6, 0.4, 0.7, 0.1, 0.2, 0.8),
  predicted: Uint8Array.of(1, 0, 1, 0, 1, 0, 0, 1),
};

describe("metrics of labels", () => {
  it("are exact", () => {
    expect(labelAccuracy(labels)).toMatchObject({
      value: 6 / 8,
      unit: "share",
      details: { calm: 0.75, happy: 0.75 },
    });
    expect(subsetAccuracy(labels).value).toBe(2 / 4);
    const { value, details } = labelF1(labels);
    expect(details?.calm).toBeCloseTo(4 / 5, 12);
    expect(details?.happy).toBeCloseTo(2 / 3, 12);
    expect(value).toBeCloseTo((4 / 5 + 2 / 3) / 2, 12);
    // calm: 0.9 and 0.6 against 0.7 and 0.2; happy: 0.4 and 0.8 against 0.2 and 0.1.
    expect(labelAuroc(labels)).toMatchObject({ value: 0.875, details: { calm: 0.75, happy: 1 } });
  });

  it("leave labels out of which the samples tell nothing", () => {
    const never = { ...labels, targets: Float32Array.of(1, 0, 1, 0, 0, 0, 0, 0) };
    expect(labelAuroc(never).details).toEqual({ calm: 0.75 });
    expect(Object.keys(labelF1(never).details ?? {})).toEqual(["calm"]);
  });

  it("calibration is 0 where frequencies are the probabilities, else their distance", () => {
    const judged = {
      size: 4,
      classes: ["one"],
      targets: Float32Array.of(1, 0, 0, 0),
      predicted: Uint8Array.of(0, 0, 0, 0),
      probabilities: new Float32Array(4).fill(0.25),
    };
    expect(labelCalibration(judged, { bins: 10 }).value).toBeCloseTo(0, 12);
    const sure = { ...judged, probabilities: new Float32Array(4).fill(0.75) };
    expect(labelCalibration(sure, { bins: 10 }).value).toBeCloseTo(0.5, 12);
  });

  it("the synergy indicator counts labels that are right while each modality alone is wrong", () => {
    const a = Float32Array.of(0.1, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1);
    const b = Float32Array.of(0.1, 0.1, 0.1, 0.9, 0.1, 0.1, 0.1, 0.1);
    // Right and alone in it: calm of sample 0, happy of sample 3.
    expect(labelSynergyIndicator(labels, { a, b }).value).toBe(2 / 8);
    expect(labelSynergyIndicator(labels, { a: labels.probabilities }).value).toBe(0);
  });
});

describe("AUROC of classes", () => {
  it("is the mean of each class against the rest", () => {
    const judged = {
      size: 4,
      classes: ["a", "b", "never"],
      labels: Int32Array.of(0, 0, 1, 1),
      predicted: Int32Array.of(0, 1, 1, 1),
      probabilities: Float32Array.of(0.8, 0.1, 0.1, 0.3, 0.6, 0.1, 0.4, 0.5, 0.1, 0.1, 0.8, 0.1),
    };
    const a = auroc([0.8, 0.3], [0.4, 0.1]);
    const b = auroc([0.5, 0.8], [0.1, 0.6]);
    expect(macroAuroc(judged)).toEqual({ value: (a + b) / 2, details: expect.anything() });
    expect(Object.keys(macroAuroc(judged).details ?? {})).toEqual(["a", "b"]);
  });
});
