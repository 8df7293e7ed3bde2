import * as tf from "@tensorflow/tfjs-core";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { openEngine } from "../../runtime/engines/index.js";
import { evidence } from "../../runtime/fusion/index.js";
import { interactionLesson, pidComposition, type Atom } from "../../runtime/index.js";

beforeAll(async () => {
  await openEngine("cpu");
});

const atoms: readonly Atom[] = ["r", "u1", "u2", "s"];
/** A prediction of one of two classes with this probability of the true one, class 0. */
const logits = (...probabilities: number[]) =>
  tf.tensor2d(probabilities.map((p) => [Math.log(p), Math.log(1 - p)]));
const truth = (count: number) => tf.tensor2d(Array.from({ length: count }, () => [1, 0]));
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe("pidComposition", () => {
  it("names what is redundant, unique and synergistic, in the order that is asked for", () => {
    const [sure, chance] = [1 - 1e-6, 0.5];
    const first = logits(sure, sure, chance, chance, chance);
    const second = logits(sure, chance, sure, chance, chance);
    const both = logits(sure, sure, sure, sure, chance);
    const of = (order: readonly Atom[]) =>
      pidComposition([evidence(first), evidence(second)], both, truth(5), order).arraySync();
    const wanted = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
      [0, 0, 0, 0],
    ];
    of(atoms).forEach((row, i) =>
      row.forEach((part, k) => expect(part).toBeCloseTo(wanted[i]?.[k] ?? NaN, 4)),
    );
    of(["s", "u2"]).forEach((row, i) =>
      row.forEach((part, k) => expect(part).toBeCloseTo(wanted[i]?.[3 - k] ?? NaN, 4)),
    );
  });

  it("is the definition's, whatever is predicted and however samples are weighed", () => {
    const probability = fc.double({ min: 0.02, max: 0.98, noNaN: true });
    fc.assert(
      fc.property(
        probability,
        probability,
        probability,
        fc.double({ min: 0.1, max: 9, noNaN: true }),
        (a, b, c, weight) => {
          const [i1, i2, i12] = [a, b, c].map((p) => Math.log(2 * p)) as [number, number, number];
          const r = Math.min(i1, i2);
          const parts = [r, i1 - r, i2 - r, i12 - i1 - i2 + r].map((part) => Math.max(0, part));
          const all = sum(parts);
          fc.pre(Math.abs(all - 0.05) > 1e-3);
          const alone = [evidence(logits(a)), evidence(logits(b))] as const;
          const labels = tf.mul(truth(1), weight) as tf.Tensor2D;
          const found = pidComposition(alone, logits(c), labels, atoms).arraySync()[0] ?? [];
          parts.forEach((part, k) => expect(found[k]).toBeCloseTo(all < 0.05 ? 0 : part / all, 3));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("lets nothing learn from it", () => {
    const given = [evidence(logits(0.9)), evidence(logits(0.6))] as const;
    const slope = tf.grad((x) => {
      const found = pidComposition([x as tf.Tensor2D, given[1]], x as tf.Tensor2D, truth(1), atoms);
      return tf.add(tf.sum(x), tf.sum(found));
    });
    expect([...slope(given[0]).dataSync()]).toEqual([1, 1]);
  });
});

describe("interactionLesson", () => {
  const number = fc.double({ min: -3, max: 3, noNaN: true });
  const pair = fc.array(number, { minLength: 2, maxLength: 2 });

  it("is -log p(c, y | x) of the interaction that is sure, and nothing where all are alike", () => {
    fc.assert(
      fc.property(pair, pair, pair, (x, y, scores) => {
        const told = { x: evidence(tf.tensor2d([x])), y: evidence(tf.tensor2d([y])) };
        const lesson = (composition: number[]) =>
          interactionLesson(told, tf.tensor2d([scores]), tf.tensor2d([composition]), truth(1)).dataSync()[0];
        const weights = Object.values(told).map((tensor, c) =>
          [...tensor.dataSync()].map((value) => Math.exp(value + (scores[c] as number))),
        );
        const wanted = -Math.log((weights[1]?.[0] as number) / sum(weights.flat()));
        expect(lesson([0, 1])).toBeCloseTo(wanted, 3);
        expect(lesson([0.5, 0.5])).toBeCloseTo(0, 3);
        expect(Math.abs(lesson([0, 0]) as number)).toBeCloseTo(0, 3);
      }),
      { numRuns: 50 },
    );
  });

  it("teaches the interaction that is named to tell the class, and the gate to name it", () => {
    const loss = (x: tf.Tensor, y: tf.Tensor, scores: tf.Tensor) =>
      interactionLesson(
        { x: evidence(x as tf.Tensor2D), y: evidence(y as tf.Tensor2D) },
        scores as tf.Tensor2D,
        tf.tensor2d([[1, 0]]),
        truth(1),
      );
    const start = [tf.zeros([1, 2]), tf.zeros([1, 2]), tf.zeros([1, 2])];
    const [x, , scores] = tf
      .grads(loss)(start)
      .map((gradient) => [...gradient.dataSync()]);
    expect(x?.[0]).toBeLessThan(-0.4);
    expect(scores?.[0]).toBeLessThan(-0.4);
    expect(scores?.[1]).toBeGreaterThan(0.4);
  });
});
