import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  adaptiveCoefficients,
  adaptiveModulation,
  crossEntropy,
  monoModalResponses,
  Parameters,
} from "../../runtime/index.js";

beforeAll(() => tf.setBackend("cpu"));

const row = (...values: number[]) => tf.tensor2d([values]);
const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()];

describe("mono-modal responses", () => {
  it("of two modalities are (f(a, b) - f(0, b) + f(a, 0)) / 2 and its counterpart", () => {
    // f(a, b) = a b + 2 a + 5
    const fuse = ({ a, b }: { a: tf.Tensor2D; b: tf.Tensor2D }) =>
      tf.add(tf.add(tf.mul(a, b), tf.mul(2, a)), 5) as tf.Tensor2D;
    const { a, b } = monoModalResponses({ a: row(3), b: row(4) }, fuse);
    expect(numbers(a)).toEqual([(23 - 5 + 11) / 2]);
    expect(numbers(b)).toEqual([(23 - 11 + 5) / 2]);
  });

  it("add up to the logits of all modalities, and are equal where modalities are", () => {
    const value = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(value, value, fc.tuple(value, value, value), (same, other, [p, q, r]) => {
        type Three = Record<"a" | "b" | "c", tf.Tensor2D>;
        const fuse = ({ a, b, c }: Three) =>
          tf.add(
            tf.mul(tf.mul(a, b), tf.add(tf.mul(c, p), q)),
            tf.mul(tf.add(tf.add(a, b), c), r),
          ) as tf.Tensor2D;
        const encodings = { a: row(same), b: row(same), c: row(other) };
        const responses = monoModalResponses(encodings, fuse);
        const sum = tf.addN(Object.values(responses));
        expect(numbers(sum)[0]).toBeCloseTo(numbers(fuse(encodings))[0] as number, 3);
        expect(numbers(responses.a)[0]).toBeCloseTo(numbers(responses.b)[0] as number, 4);
      }),
      { numRuns: 30 },
    );
  });
});

describe("adaptive gradient modulation", () => {
  it("has coefficients exp(alpha (tau - r)), r from this batch, tau from the batches before", () => {
    // Cross-entropies 0.5 and 1.5 now, 1 and 1.2 on the way.
    const found = numbers(adaptiveCoefficients(tf.tensor1d([0.5, 1.5]), tf.tensor1d([1, 1.2]), 2));
    expect(found[0]).toBeCloseTo(Math.exp(2 * (Math.exp(0.2) - Math.exp(1))), 5);
    expect(found[1]).toBeCloseTo(Math.exp(2 * (Math.exp(-0.2) - Math.exp(-1))), 5);
  });

  it("scales the gradient of each response, changes no logits, and remembers the mean cross-entropies", () => {
    const parameters = new Parameters(1);
    const modulation = adaptiveModulation({ modalities: ["a", "b"], alpha: 1 })(
      parameters.scope("modulation"),
    );
    const labels = row(1, 0);
    const responses = { a: row(2, 0), b: row(0, 0.5) };
    const scores = [responses.a, responses.b].map(
      (logits) => numbers(crossEntropy(logits, labels))[0] as number,
    );
    const [scoreA, scoreB] = scores as [number, number];
    const gradient = tf.grads((a, b) =>
      tf.sum(modulation.modulate({ a: a as tf.Tensor2D, b: b as tf.Tensor2D }, labels)),
    );
    const [gradA, gradB] = gradient([responses.a, responses.b]).map(numbers);
    // Before the first batch the running means are 0, so tau = 1.
    expect(gradA?.[0]).toBeCloseTo(Math.exp(1 - Math.exp(scoreB - scoreA)), 4);
    expect(gradB?.[1]).toBeCloseTo(Math.exp(1 - Math.exp(scoreA - scoreB)), 4);

    const second = { a: row(0, 1), b: row(1, 1) };
    expect(numbers(modulation.modulate(second, labels))).toEqual([1, 2]);
    const running = parameters.named().find(({ name }) => name === "modulation.scores");
    const secondA = numbers(crossEntropy(second.a, labels))[0] as number;
    expect(numbers(running?.tensor as tf.Tensor)[0]).toBeCloseTo((scoreA + secondA) / 2, 5);
    expect(parameters.count()).toBe(0);
  });
});
