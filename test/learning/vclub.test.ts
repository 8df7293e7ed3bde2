import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { Parameters, Random, vclub } from "../../runtime/index.js";

beforeAll(() => tf.setBackend("cpu"));

const number = (tensor: tf.Tensor) => tensor.dataSync()[0] as number;

/** Two columns that are jointly normal with correlation rho; one [n, 1] each. */
function correlated(n: number, rho: number): { u: tf.Tensor2D; r: tf.Tensor2D } {
  const random = new Random(7);
  const u = Float32Array.from({ length: n }, () => random.normal());
  const r = u.map((value) => rho * value + Math.sqrt(1 - rho * rho) * random.normal());
  return { u: tf.tensor2d(u, [n, 1]), r: tf.tensor2d(r, [n, 1]) };
}

function fitted(rho: number): number {
  const parameters = new Parameters(2);
  const estimate = vclub({ inputs: 1, outputs: 1, hidden: 16 })(parameters.scope("bound"));
  const optimizer = tf.train.adam(0.02);
  const { u, r } = correlated(1500, rho);
  for (let i = 0; i < 200; i++) optimizer.minimize(() => estimate.misfit(u, r), false, parameters.select());
  return number(estimate.bound(u, r));
}

describe("vCLUB", () => {
  it("is the mean log-ratio over all pairs", () => {
    const parameters = new Parameters(1);
    const estimate = vclub({ inputs: 2, outputs: 2 })(parameters.scope("bound"));
    const random = new Random(1);
    const draw = () =>
      tf.tensor2d(
        Float32Array.from({ length: 12 }, () => 3 * random.normal()),
        [6, 2],
      );
    const u = draw();
    const [k1, b1, k2, b2] = parameters.select() as tf.Tensor[] as [
      tf.Tensor2D,
      tf.Tensor,
      tf.Tensor2D,
      tf.Tensor,
    ];
    const hidden = tf.relu(tf.add(tf.matMul(u, k1), b1)) as tf.Tensor2D;
    const both = tf.add(tf.matMul(hidden, k2), b2) as tf.Tensor2D;
    // Near the means that q tells, so that the ratio is above 0.
    const r = tf.add(tf.slice(both, [0, 0], [6, 2]), tf.mul(draw(), 0.1)) as tf.Tensor2D;
    const told = both.arraySync();
    const rows = r.arraySync();
    const log = (i: number, j: number) => {
      const [m1, m2, v1, v2] = told[i] as [number, number, number, number];
      const [x1, x2] = rows[j] as [number, number];
      const one = (x: number, m: number, v: number) =>
        -0.5 * ((x - m) ** 2 / Math.exp(Math.tanh(v)) + Math.tanh(v));
      return one(x1, m1, v1) + one(x2, m2, v2);
    };
    let ratio = 0;
    for (let i = 0; i < 6; i++) {
      ratio += log(i, i) / 6;
      for (let j = 0; j < 6; j++) ratio -= log(i, j) / 36;
    }
    expect(ratio).toBeGreaterThan(0);
    expect(number(estimate.bound(u, r))).toBeCloseTo(ratio, 3);
  });

  it("is above the mutual information of what is related, and near 0 of what isn't", () => {
    const exact = -0.5 * Math.log(1 - 0.8 ** 2);
    const bound = fitted(0.8);
    expect(bound).toBeGreaterThan(exact);
    // Of a normal pair the bound itself is rho^2 / (1 - rho^2).
    expect(bound).toBeCloseTo(0.64 / 0.36, 0);
    expect(fitted(0)).toBeLessThan(0.05);
  });

  it("teaches U and R by its bound, and its network by the misfit alone", () => {
    const parameters = new Parameters(1);
    const estimate = vclub({ inputs: 1, outputs: 1 })(parameters.scope("bound"));
    const { u, r } = correlated(20, 0.9);
    expect(() => tf.variableGrads(() => estimate.bound(u, r), parameters.select())).toThrow("connection");
    expect(() => tf.grad((x) => estimate.misfit(x as tf.Tensor2D, r))(u)).toThrow();
    const learns = tf.variableGrads(() => estimate.misfit(u, r), parameters.select());
    expect(Object.keys(learns.grads)).toHaveLength(4);
  });
});
