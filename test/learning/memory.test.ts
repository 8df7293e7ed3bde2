import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { adam, crossEntropy, fit, openEngine, Parameters, Random } from "../../runtime/index.js";
import type { Model, Samples, Stage } from "../../runtime/index.js";
import { chain, conv, dense, dropout, flatten, linear, pool } from "../../runtime/layers/index.js";

beforeAll(() => openEngine("wasm"));

interface Inputs {
  picture: tf.Tensor4D;
}

const size = 200;
const samples: Samples = {
  size,
  shapes: { picture: [4, 4, 1] },
  inputs: { picture: Float32Array.from({ length: 16 * size }, (_, i) => Math.sin(i)) },
  present: { picture: new Uint8Array(size).fill(1) },
  labels: Int32Array.from({ length: size }, (_, i) => i % 2),
  classes: ["even", "odd"],
  index: Int32Array.from({ length: size }, (_, i) => i),
};

describe("memory", () => {
  it("holds as many tensors after 300 steps as after 100", async () => {
    const parameters = new Parameters(1);
    const layers = chain(
      conv({ channels: 1, filters: 2, kernel: 3 }),
      pool({ size: 2 }),
      flatten(),
      dense({ inputs: 8, units: 4 }),
      dropout({ rate: 0.2 }),
      linear({ inputs: 4, units: 2 }),
    )(parameters.scope("layers"));
    const model = { parameters, predict: () => ({}) } as unknown as Model<Inputs>;
    const stage: Stage<Inputs> = {
      name: "only",
      epochs: 3,
      batch: 2,
      optimizer: adam({ learningRate: 0.01 }),
      loss: ({ inputs, labels }, context) => ({
        answer: crossEntropy(layers.apply(inputs.picture, context), labels),
      }),
    };
    const before = tf.memory().numTensors;
    const counts: number[] = [];
    const quiet = {
      stage() {},
      step() {},
      epoch: () => void counts.push(tf.memory().numTensors),
      advance() {},
      done() {},
    };
    await fit(model, { train: samples, test: samples }, stage, {
      random: new Random(1),
      progress: quiet,
      signal: new AbortController().signal,
      checkpointEvery: Infinity,
      checkpoint: async () => {},
    });
    // 100 steps an epoch; the optimizer's two means are there until the end.
    expect(counts).toEqual(Array(3).fill(before + 2));
    expect(tf.memory().numTensors).toBe(before);
  });
});
