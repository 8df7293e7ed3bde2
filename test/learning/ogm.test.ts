import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { crossEntropy, modulateGradients, modulationCoefficients } from "../../runtime/index.js";

beforeAll(() => tf.setBackend("cpu"));

const scalars = (...values: number[]) => values.map((value) => tf.scalar(value));
const numbers = (tensors: tf.Tensor[]) => tensors.map((tensor) => tensor.dataSync()[0] as number);

describe("on-the-fly gradient modulation", () => {
  it("slows the modality that leads by 1 - tanh(alpha rho), and no other", () => {
    const [leads, lags] = numbers(modulationCoefficients(scalars(6, 4), 0.3));
    expect(leads).toBeCloseTo(1 - Math.tanh(0.3 * 1.5), 5);
    expect(lags).toBe(1);
    expect(numbers(modulationCoefficients(scalars(5, 5), 0.3))).toEqual([1, 1]);
  });

  it("holds each of three modalities against the mean of the others", () => {
    const [a, b, c] = numbers(modulationCoefficients(scalars(8, 4, 2), 0.5));
    expect(a).toBeCloseTo(1 - Math.tanh(0.5 * (8 / 3)), 5);
    expect([b, c]).toEqual([1, 1]);
  });

  it("scales the gradients of the encoder that leads, with W z + b / 2 as each modality's part of a linear fusion", () => {
    const labels = tf.oneHot(tf.tensor1d([0, 1, 1], "int32"), 2) as tf.Tensor2D;
    const inputs = { a: tf.tensor2d([[2], [-1.5], [-2]]), b: tf.tensor2d([[0.3], [0.4], [-0.1]]) };
    const head = {
      a: tf.tensor2d([[1, -1]]),
      b: tf.tensor2d([[0.5, -0.5]]),
      bias: tf.tensor2d([[0.2, 0.6]]),
    };
    const encoders = { a: tf.variable(tf.tensor2d([[1.1]])), b: tf.variable(tf.tensor2d([[0.9]])) };
    const encode = () =>
      ({ a: tf.matMul(inputs.a, encoders.a), b: tf.matMul(inputs.b, encoders.b) }) as {
        a: tf.Tensor2D;
        b: tf.Tensor2D;
      };
    const fuse = ({ a, b }: { a: tf.Tensor2D; b: tf.Tensor2D }) =>
      tf.add(tf.add(tf.matMul(a, head.a), tf.matMul(b, head.b)), head.bias) as tf.Tensor2D;
    const gradients = (loss: () => tf.Scalar) => {
      const { grads } = tf.variableGrads(loss, [encoders.a, encoders.b]);
      return [encoders.a, encoders.b].map(({ name }) => (grads[name] as tf.Tensor).dataSync()[0] as number);
    };
    const alpha = 0.4;
    const [plainA, plainB] = gradients(() => crossEntropy(fuse(encode()), labels)) as [number, number];
    const [slowA, slowB] = gradients(() => {
      const modulated = modulateGradients(encode(), fuse, labels, { alpha });
      return crossEntropy(fuse(modulated), labels);
    }) as [number, number];

    const score = (z: tf.Tensor2D, weights: tf.Tensor2D) => {
      const logits = tf.add(tf.matMul(z, weights), tf.div(head.bias, 2));
      return tf.sum(tf.mul(tf.softmax(logits), labels)).dataSync()[0] as number;
    };
    const rho = score(encode().a, head.a) / score(encode().b, head.b);
    expect(rho).toBeGreaterThan(1);
    expect(slowA / plainA).toBeCloseTo(1 - Math.tanh(alpha * rho), 4);
    expect(slowB).toBeCloseTo(plainB, 6);
  });
});
