import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  Parameters,
  prototypeLogits,
  prototypes,
  standing,
  type Samples,
  type TensorBatch,
} from "../../runtime/index.js";

beforeAll(() => tf.setBackend("cpu"));

const number = (tensor: tf.Tensor | undefined) => tensor?.dataSync()[0] as number;

/** Four samples of two classes; their encodings are their inputs. */
const samples: Samples = {
  size: 4,
  shapes: { a: [1], b: [2] },
  inputs: { a: Float32Array.of(1, 3, 8, 10), b: Float32Array.of(0, 0, 2, 0, 0, 5, 0, 7) },
  present: { a: new Uint8Array(4).fill(1), b: Uint8Array.of(1, 1, 1, 0) },
  labels: Int32Array.of(0, 0, 1, 1),
  classes: ["0", "1"],
  index: Int32Array.of(0, 1, 2, 3),
};

type Inputs = { a: tf.Tensor2D; b: tf.Tensor2D };
const model = { encode: ({ inputs }: TensorBatch<Inputs>) => ({ a: inputs.a, b: inputs.b }) };

function make(parameters: Parameters) {
  const options = { classes: 2, alpha: 1, mu: 0.1, regularised: 1, momentum: 0.25 };
  return prototypes({ widths: { a: 1, b: 2 }, ...options })(parameters.scope("prototypes"));
}

describe("prototypes", () => {
  it("are the mean encodings of the classes, over the samples that have the modality, and move with momentum", async () => {
    const parameters = new Parameters(1);
    const made = make(parameters);
    const held = () =>
      parameters
        .named()
        .flatMap(({ name, tensor }) => (/\.[ab]$/.test(name) ? [[...tensor.dataSync()]] : []));
    await made.update(model, samples, 1);
    expect(held()).toEqual([
      [2, 9],
      [1, 0, 0, 5],
    ]);
    const moved = { ...samples, inputs: { ...samples.inputs, a: Float32Array.of(5, 7, 8, 10) } };
    await made.update(model, moved, 2);
    expect(held()[0]).toEqual([0.25 * 2 + 0.75 * 6, 9]);
  });

  it("classify by the negative Euclidean distance", () => {
    const logits = prototypeLogits(
      tf.tensor2d([[3, 4]]),
      tf.tensor2d([
        [0, 0],
        [3, 3],
      ]),
    );
    expect(number(logits)).toBeCloseTo(-5, 4);
    expect(logits.dataSync()[1]).toBeCloseTo(-1, 4);
  });

  it("tell how far a modality lags and leads, in [0, 1]", () => {
    const scores = [2, 3, 8].map((value) => tf.scalar(value));
    const found = scores.map((_, m) => standing(scores, m));
    expect(found.map(({ lag }) => number(lag))).toEqual([1, 1, 0]);
    expect(found.map(({ lead }) => number(lead))).toEqual([0, 0.5, 1]);
    const two = standing([tf.scalar(4), tf.scalar(5)], 0);
    expect(number(two.lag)).toBeCloseTo(0.25, 5);
    expect(number(two.lead)).toBe(0);
  });

  it("help the modality that lags by its prototypical cross-entropy, and keep up the entropy of the other at first", async () => {
    const made = make(new Parameters(1));
    await made.update(model, samples, 1);
    // One sample of class 0. a is as near to its own prototype 2 as 1; b is in the middle of both of its prototypes.
    const batch = {
      size: 1,
      inputs: {},
      present: { a: tf.ones([1, 1]), b: tf.ones([1, 1]) },
      labels: tf.tensor2d([[1, 0]]),
    } as unknown as TensorBatch<unknown>;
    const encodings = { a: tf.tensor2d([[3]]), b: tf.tensor2d([[0.5, 2.5]]) };
    const terms = made.rebalance(encodings, batch);
    const right = 1 / (1 + Math.exp(1 - 6));
    const share = right / 0.5 - 1;
    expect(number(terms["prototypes.a"])).toBe(0);
    expect(number(terms["prototypes.b"])).toBeCloseTo(share * Math.log(2), 4);
    const entropy = -(right * Math.log(right) + (1 - right) * Math.log(1 - right));
    expect(number(terms["entropy.a"])).toBeCloseTo(-0.1 * share * entropy, 5);
    expect(number(terms["entropy.b"])).toBeCloseTo(0, 6);
    await made.update(model, samples, 2);
    expect(number(made.rebalance(encodings, batch)["entropy.a"])).toBeCloseTo(0, 6);
  });
});
