import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../runtime/data/random.js";
import { openEngine } from "../../runtime/index.js";
import { fitMixture, readMixture, type CovarianceForm } from "../../runtime/measures/gaussian-mixture.js";
import { fitLatentClasses, readLatentClasses } from "../../runtime/measures/latent-class.js";
import { trainNetwork } from "../../runtime/measures/network.js";
import { fitStack, readStack } from "../../runtime/measures/stack.js";
import { standardise } from "../../runtime/measures/standardise.js";
import { valuesOf } from "../../runtime/measures/values-of.js";

beforeAll(() => openEngine("wasm"));

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

describe("networks", () => {
  it("learn a linear posterior with no hidden layer: the slope that the Gaussians have", async () => {
    const random = new Random(1);
    const n = 4000;
    const labels = Int32Array.from({ length: n }, () => random.integer(2));
    const values = Float32Array.from(labels, (label) => (label === 1 ? 1 : -1) + random.normal());
    const before = tf.memory().numTensors;
    const { network } = await trainNetwork(
      { values, width: 1 },
      labels,
      2,
      { hidden: [], decay: 0, learningRate: 0.01, mostEpochs: 40 },
      random,
    );
    // log p(1|x) - log p(0|x) = 2 x for two unit normals at -1 and 1.
    for (const x of [-1.5, 0, 1.5]) {
      const [zero = 0, one = 0] = await network.read({ values: Float32Array.of(x), width: 1 });
      expect(one - zero).toBeGreaterThan(2 * x - 0.35);
      expect(one - zero).toBeLessThan(2 * x + 0.35);
      expect(Math.exp(zero) + Math.exp(one)).toBeCloseTo(1, 5);
    }
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("learn a sum modulo 3 with two hidden layers, keep the best epoch, and leave no tensors", async () => {
    const random = new Random(2);
    const draw = (n: number) => {
      const values = new Float32Array(n * 6);
      const labels = new Int32Array(n);
      for (let i = 0; i < n; i++) {
        const [a, b] = [random.integer(3), random.integer(3)];
        for (let j = 0; j < 6; j++) values[i * 6 + j] = 0.2 * random.normal();
        for (const at of [a, 3 + b]) values[i * 6 + at] = (values[i * 6 + at] as number) + 1;
        labels[i] = (a + b) % 3;
      }
      return { x: { values, width: 6 }, labels };
    };
    const [learned, held, fresh] = [draw(900), draw(200), draw(300)];
    const before = tf.memory().numTensors;
    const { network, epochs } = await trainNetwork(
      learned.x,
      learned.labels,
      3,
      { hidden: [64, 64], decay: 1, learningRate: 0.005, mostEpochs: 60 },
      random,
      held,
    );
    expect(epochs).toBeLessThanOrEqual(60);
    const logs = await network.read(fresh.x);
    expect(
      mean(Float64Array.from(fresh.labels, (label, i) => logs[3 * i + label] as number)),
    ).toBeGreaterThan(-0.15);
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("Gaussian mixtures", () => {
  const forms: CovarianceForm[] = ["spherical tied", "full tied", "full"];
  it.each(forms)("are densities: %s integrates to 1, and each class to its share", async (form) => {
    const random = new Random(3);
    const n = 300;
    const labels = Int32Array.from({ length: n }, () => (random.uniform() < 0.25 ? 1 : 0));
    const values = new Float32Array(2 * n);
    labels.forEach((label, i) => {
      const shared = random.normal();
      values[2 * i] = (label === 1 ? 2 : -1) + 0.6 * shared;
      values[2 * i + 1] = 0.5 * shared + 0.5 * random.normal();
    });
    const options = { form, components: 2, shrinkage: 0 };
    const before = tf.memory().numTensors;
    const mixture = await fitMixture({ values, width: 2 }, labels, 2, options, random);
    const side = 120;
    const step = 16 / side;
    const grid = new Float32Array(2 * side * side);
    for (let i = 0; i < side * side; i++) {
      grid[2 * i] = (Math.floor(i / side) + 0.5) * step - 8;
      grid[2 * i + 1] = ((i % side) + 0.5) * step - 8;
    }
    // More rows than are read at a time.
    const { density, joint } = await readMixture(mixture, { values: grid, width: 2 }, 2);
    expect(tf.memory().numTensors).toBe(before);
    const area = step * step;
    expect(density.reduce((sum, log) => sum + Math.exp(log) * area, 0)).toBeCloseTo(1, 2);
    const second = joint.reduce((sum, log, i) => sum + (i % 2 === 1 ? Math.exp(log) * area : 0), 0);
    expect(second).toBeCloseTo(mean(labels), 1);
  });
});

describe("latent classes", () => {
  it("learn what only a pair of components tells, and give probabilities", async () => {
    const random = new Random(5);
    const n = 600;
    const [a, b] = [0, 1].map(() => Int32Array.from({ length: n }, () => random.integer(2)));
    const labels = Int32Array.from({ length: n }, (_, i) => ((a?.[i] as number) + (b?.[i] as number)) % 2);
    const components = [a, b].map((of) => ({
      values: Float32Array.from({ length: 2 * n }, (_, at) => (of?.[at >> 1] === at % 2 ? 0.95 : 0.05)),
      width: 2,
      factors: 1,
    }));
    const before = tf.memory().numTensors;
    const logs = await readLatentClasses(
      await fitLatentClasses(components, labels, 2, 4, random),
      components,
      2,
    );
    expect(tf.memory().numTensors).toBe(before);
    labels.forEach((label, i) => {
      const [zero, one] = [Math.exp(logs[2 * i] as number), Math.exp(logs[2 * i + 1] as number)];
      expect((label === 1 ? one : zero) / (zero + one)).toBeGreaterThan(0.8);
    });
  });
});

describe("stacks", () => {
  it("give probabilities, and most weight to what knows", () => {
    const n = 400;
    const labels = Int32Array.from({ length: n }, (_, i) => i % 3);
    const knowing = (share: number, seed: number) => {
      const random = new Random(seed);
      const logs = new Float32Array(3 * n);
      labels.forEach((label, i) => {
        logs[3 * i + (random.uniform() < share ? label : random.integer(3))] = 3;
      });
      return logs;
    };
    const logs = [knowing(0.3, 1), knowing(0.9, 2)];
    const stack = fitStack(logs, labels, 3);
    expect(stack.weights[0] as number).toBeLessThan(stack.weights[1] as number);
    expect(mean(stack.weights) * 2).toBeCloseTo(1, 9);
    const read = readStack(stack, logs, 3);
    for (let i = 0; i < n; i++)
      expect(read.slice(3 * i, 3 * i + 3).reduce((sum, log) => sum + Math.exp(log), 0)).toBeCloseTo(1, 9);
  });
});

describe("maps before a density", () => {
  it("keep columns of any unit, and know their log-determinant", async () => {
    const signs = [1, 1, 1, -1, -1, 1, -1, -1];
    const values = new Float32Array(4 * 3);
    for (let i = 0; i < 4; i++)
      values.set(
        [2e-8 + 1e-8 * (signs[2 * i] as number), 5, 2e6 + 1e6 * (signs[2 * i + 1] as number)],
        3 * i,
      );
    const { view, logDeterminant } = await standardise({ values, width: 3 });
    expect(view.width).toBe(2);
    // Whitened: mean 0, variance 1, uncorrelated.
    const of = (f: (a: number, b: number) => number) =>
      mean([0, 1, 2, 3].map((i) => f(view.values[2 * i] as number, view.values[2 * i + 1] as number)));
    for (const [found, wanted] of [
      [of((a) => a), 0],
      [of((_, b) => b), 0],
      [of((a) => a * a), 1],
      [of((_, b) => b * b), 1],
      [of((a, b) => a * b), 0],
    ] as const)
      expect(found).toBeCloseTo(wanted, 4);
    expect(logDeterminant).toBeNaN();
    const whole = await standardise({ values: Float32Array.from([0, 4]), width: 1 });
    expect(whole.logDeterminant).toBeCloseTo(-Math.log(2), 9);
  });

  it("leave out dimensions that follow from others", async () => {
    const random = new Random(4);
    const values = new Float32Array(100 * 3);
    for (let i = 0; i < 100; i++) {
      const [a, b] = [random.normal(), random.normal()];
      values.set([a, b, a - b], 3 * i);
    }
    const { view, logDeterminant } = await standardise({ values, width: 3 });
    expect(view.width).toBe(2);
    expect(logDeterminant).toBeNaN();
    expect((await standardise({ values: new Float32Array(4), width: 1 })).view.width).toBe(1);
  });
});

it("valuesOf disposes of what was computed", async () => {
  const before = tf.memory().numTensors;
  const [sum] = await valuesOf(() => [tf.add(tf.tensor1d([1, 2]), 1)]);
  expect([...(sum as Float32Array)]).toEqual([2, 3]);
  expect(tf.memory().numTensors).toBe(before);
});
