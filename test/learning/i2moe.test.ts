import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { Random, redundancyLoss, replaceModality, synergyLoss, uniquenessLoss } from "../../runtime/index.js";

beforeAll(() => tf.setBackend("cpu"));

const row = (...values: number[]) => tf.tensor2d([values]);
const number = (tensor: tf.Tensor) => tensor.dataSync()[0] as number;

describe("interaction losses", () => {
  it("of uniqueness are small when only the own modality changes the prediction", () => {
    const full = row(1, 0);
    expect(number(uniquenessLoss(full, row(1, 3), [full]))).toBe(0);
    expect(number(uniquenessLoss(full, full, [row(1, 3)]))).toBeCloseTo(4, 4);
    // max(0, 0.5 - 1 + 1) and max(0, 0 - 1 + 1), their mean.
    expect(number(uniquenessLoss(full, row(1, 1), [row(1.5, 0), full]))).toBeCloseTo(0.25, 4);
  });

  it("of synergy are small when every modality that is replaced changes the prediction", () => {
    const full = row(1, 0);
    expect(number(synergyLoss(full, [row(-2, 0), row(-1, 0)]))).toBeCloseTo(-1, 5);
    expect(number(synergyLoss(full, [row(3, 0), row(0, 1)]))).toBeCloseTo(0.5, 5);
  });

  it("of redundancy are small when none does", () => {
    const full = row(1, 0);
    expect(number(redundancyLoss(full, [row(2, 0), row(3, 0)]))).toBeCloseTo(0, 5);
    expect(number(redundancyLoss(full, [row(-2, 0), row(1, 0)]))).toBeCloseTo(1, 5);
  });

  it("compare with encodings in which one modality is noise of unit variance", () => {
    const encodings = { a: tf.zeros([400, 5]) as tf.Tensor2D, b: tf.ones([400, 2]) as tf.Tensor2D };
    const context = { training: true, random: new Random(3), temperature: 0 };
    const { a, b } = replaceModality(encodings, "a", context);
    expect(b).toBe(encodings.b);
    const { mean, variance } = tf.moments(a);
    expect(number(mean)).toBeCloseTo(0, 1);
    expect(number(variance)).toBeCloseTo(1, 1);
  });
});
