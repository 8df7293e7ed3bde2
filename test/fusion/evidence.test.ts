import * as tf from "@tensorflow/tfjs-core";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { openEngine } from "../../runtime/engines/index.js";
import {
  evidence,
  inferInteraction,
  parsimony,
  productOfExperts,
  variation,
} from "../../runtime/fusion/index.js";

beforeAll(async () => {
  await openEngine("cpu");
});

const rows = (tensor: tf.Tensor2D) => tensor.arraySync();

describe("evidence", () => {
  it("is log p(y) over chance: its exponential has the mean 1, and nothing is told where the modality is missing", () => {
    const told = evidence(
      tf.tensor2d([
        [2, -1, 0.5],
        [9, 9, 9],
        [5, 0, 0],
      ]),
      tf.tensor2d([[1], [1], [0]]),
    );
    const means = rows(tf.mean(tf.exp(told), 1, true));
    means.forEach(([mean]) => expect(mean).toBeCloseTo(1, 5));
    (rows(told)[1] ?? []).forEach((value) => expect(value).toBeCloseTo(0, 5));
    expect((rows(told)[2] ?? []).every((value) => Math.abs(value) === 0)).toBe(true);
  });

  it("of two views that agree is worth more than that of one, and of two that contradict each other less", () => {
    const sure = evidence(tf.tensor2d([[20, 0, 0, 0]]));
    const other = evidence(tf.tensor2d([[0, 20, 0, 0]]));
    const share = (a: tf.Tensor2D, b: tf.Tensor2D) => {
      const told = { redundant: productOfExperts({ a, b }), unique: a };
      return rows(inferInteraction(told, tf.zeros([1, 2])).shares)[0]?.[0];
    };
    // Two that agree occur together 4 times as often as by chance: 4 / (4 + 1).
    expect(share(sure, sure)).toBeCloseTo(0.8, 4);
    expect(share(sure, other)).toBeLessThan(0.001);
    // One sure view and one that tells nothing: both explain the sample as well.
    expect(share(sure, tf.zerosLike(sure))).toBeCloseTo(0.5, 5);
  });

  it("is inferred to the posterior that enumeration gives", () => {
    const number = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.array(number, { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 }),
        fc.array(number, { minLength: 3, maxLength: 3 }),
        (logits, scores) => {
          const told = logits.map((row) => evidence(tf.tensor2d([row])));
          const [x, y, z] = told as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
          const { logits: answer, shares } = inferInteraction({ x, y, z }, tf.tensor2d([scores]));
          const joint = told.map((tensor, c) =>
            (rows(tensor)[0] ?? []).map((value) => Math.exp(value + (scores[c] as number))),
          );
          const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
          const total = sum(joint.map(sum));
          joint.forEach((row, c) => expect(rows(shares)[0]?.[c]).toBeCloseTo(sum(row) / total, 4));
          [0, 1, 2].forEach((k) => {
            const probability = sum(joint.map((row) => row[k] as number)) / total;
            expect(Math.exp(rows(answer)[0]?.[k] as number)).toBeCloseTo(probability, 4);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it("counts the further modalities that are asked", () => {
    const shares = tf.tensor2d([
      [0.5, 0.5, 0],
      [0, 0.25, 0.75],
    ]);
    expect(parsimony(shares, [1, 0, 2]).dataSync()[0]).toBeCloseTo((0.5 + 1.5) / 2, 6);
  });

  it("counts how scores vary, not what they have in common", () => {
    const scores = tf.tensor2d([
      [3, -8],
      [5, -8],
    ]);
    expect(variation(scores).dataSync()[0]).toBeCloseTo(0.5, 6);
    expect(variation(tf.add(scores, [[100, -50]])).dataSync()[0]).toBeCloseTo(0.5, 4);
  });
});
