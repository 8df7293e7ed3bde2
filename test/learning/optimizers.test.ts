import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { adam, rmsprop, sgd, type Optimizer } from "../../runtime/index.js";
import { takeStep } from "../../runtime/learning/step.js";

beforeAll(() => tf.setBackend("cpu"));

const optimizers: Record<string, () => Optimizer> = {
  adam: () => adam({ learningRate: 0.01 }),
  sgd: () => sgd({ learningRate: 0.1 }),
  momentum: () => sgd({ learningRate: 0.1, momentum: 0.9 }),
  rmsprop: () => rmsprop({ learningRate: 0.01 }),
};

/** The steps that the definitions in the papers give, in float64. */
const defined: Record<string, (gradients: number[]) => number[]> = {
  adam: (gradients) => {
    let [m, v] = [0, 0];
    return gradients.map((g, i) => {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      return (0.01 * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-7);
    });
  },
  sgd: (gradients) => gradients.map((g) => 0.1 * g),
  momentum: (gradients) => {
    let m = 0;
    return gradients.map((g) => 0.1 * (m = 0.9 * m + g));
  },
  rmsprop: (gradients) => {
    let v = 0;
    return gradients.map((g) => {
      v = 0.9 * v + 0.1 * g * g;
      return (0.01 * g) / Math.sqrt(v + 1e-7);
    });
  },
};

const gradients = fc.array(fc.double({ min: -100, max: 100, noNaN: true }).map(Math.fround), {
  minLength: 1,
  maxLength: 12,
});

function stepsOf(optimizer: Optimizer, given: number[]): number[] {
  return given.map((g) =>
    tf.tidy(() => (optimizer.step(tf.tensor1d([g, 1])).dataSync() as Float32Array)[0] as number),
  );
}

describe.each(Object.keys(optimizers))("%s", (name) => {
  const make = optimizers[name] as () => Optimizer;

  it("takes the steps of its definition", () => {
    fc.assert(
      fc.property(gradients, (given) => {
        const optimizer = make();
        const steps = stepsOf(optimizer, given);
        optimizer.dispose();
        defined[name]?.(given).forEach((step, i) => {
          expect(Math.abs((steps[i] as number) - step)).toBeLessThan(2e-5 * Math.abs(step) + 1e-7);
        });
      }),
    );
  });

  it("goes on from its state as if it had never stopped, bit by bit, and leaves no tensor behind", () => {
    fc.assert(
      fc.property(gradients, gradients, (before, after) => {
        const tensors = tf.memory().numTensors;
        const [whole, first, second] = [make(), make(), make()];
        stepsOf(whole, before);
        stepsOf(first, before);
        second.restore(first.state());
        first.dispose();
        expect(stepsOf(second, after)).toEqual(stepsOf(whole, after));
        whole.dispose();
        second.dispose();
        expect(tf.memory().numTensors).toBe(tensors);
      }),
    );
  });
});

describe("a step's learning rate", () => {
  it.each(Object.keys(optimizers))("is that of its schedule: %s", (name) => {
    fc.assert(
      fc.property(gradients, fc.array(fc.double({ min: 0.01, max: 2, noNaN: true })), (given, factors) => {
        const make = optimizers[name] as () => Optimizer;
        const [plain, scheduled] = [make(), make()];
        const steps = stepsOf(plain, given);
        given.forEach((g, i) => {
          const factor = factors[i] ?? 1;
          const gradient = tf.tensor1d([g, 1]);
          const step = tf.tidy(() => scheduled.step(gradient, factor * scheduled.learningRate).dataSync());
          gradient.dispose();
          const wanted = factor * (steps[i] as number);
          expect(Math.abs((step[0] as number) - wanted)).toBeLessThan(1e-5 * Math.abs(wanted) + 1e-7);
        });
        plain.dispose();
        scheduled.dispose();
      }),
    );
  });
});

describe("a step", () => {
  it("moves each array by its own part of the gradient, and takes a share of kernels but not of biases", () => {
    const kernel = tf.variable(
      tf.tensor2d([
        [1, 2],
        [3, 4],
      ]),
    );
    const bias = tf.variable(tf.tensor1d([10]));
    const idle = tf.variable(tf.tensor1d([7]));
    const loss = () =>
      tf.add(
        tf.sum(
          tf.mul(kernel, [
            [1, 2],
            [3, 4],
          ]),
        ),
        tf.sum(tf.mul(bias, 5)),
      ) as tf.Scalar;
    // The schedule's factor goes for the decay too.
    const options = { decay: 1, factor: 0.5 };
    const value = takeStep(sgd({ learningRate: 2 }), [kernel, idle, bias], loss, options);
    expect(value.dataSync()[0]).toBe(80);
    expect([...kernel.dataSync()]).toEqual([-0.5, -1, -1.5, -2]);
    expect([...bias.dataSync(), ...idle.dataSync()]).toEqual([5, 7]);
  });
});
