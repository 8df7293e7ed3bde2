import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { addInputNoise } from "../../runtime/learning/input-noise.js";
import { Parameters, Random } from "../../runtime/index.js";
import { realMoments } from "../../runtime/layers/padded.js";
import {
  attention,
  chain,
  conv1d,
  dense,
  embed,
  flatten,
  globalMax,
  globalMean,
  gru,
  lstm,
  padded,
  transformer,
  type LayerMaker,
} from "../../runtime/layers/index.js";

beforeAll(() => tf.setBackend("cpu"));

const context = () => ({ training: false, random: new Random(1), temperature: 0 });
const [time, features] = [6, 4];

function normal(shape: number[], seed = 3): tf.Tensor {
  const random = new Random(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}

const layers: [name: string, make: LayerMaker][] = [
  ["gru", gru({ inputs: features, units: 3 })],
  ["gru of all moments", gru({ inputs: features, units: 3, output: "all" })],
  ["gru in both directions", gru({ inputs: features, units: 3, bidirectional: true })],
  [
    "gru of all moments in both directions",
    gru({ inputs: features, units: 3, output: "all", bidirectional: true }),
  ],
  ["lstm", lstm({ inputs: features, units: 3 })],
  ["lstm in both directions", lstm({ inputs: features, units: 3, bidirectional: true })],
  [
    "lstm of all moments in both directions",
    lstm({ inputs: features, units: 3, output: "all", bidirectional: true }),
  ],
  ["attention", attention({ features, heads: 2 })],
  ["transformer", transformer({ features, layers: 2, heads: 2 })],
  ["conv1d", conv1d({ channels: features, filters: 5, kernel: 3 })],
  ["mean", globalMean()],
  ["max", globalMax()],
];

describe.each(layers)("%s", (_, make) => {
  const layer = make(new Parameters(1).scope("layer"));

  it.each([1, 2, 5, 6])("makes of %i real moments what it makes of them alone", (length) => {
    const x = normal([1, time, features]);
    const real = tf.tensor2d([Array.from({ length: time }, (_, t) => Number(t < length))]);
    const found = layer.apply(x, { ...context(), real });
    const alone = layer.apply(tf.slice(x, [0, 0, 0], [1, length, features]), context());
    // Of a sequence only the real moments are compared.
    const kept = found.rank === 3 ? tf.slice(found, [0, 0, 0], [1, length, -1]) : found;
    expect(kept.shape).toEqual(alone.shape);
    const wanted = alone.dataSync();
    kept.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wanted[i] as number, 5));
  });

  it("is finite where nothing is real", () => {
    const found = layer.apply(normal([1, time, features]), { ...context(), real: tf.zeros([1, time]) });
    expect([...found.dataSync()].every(Number.isFinite)).toBe(true);
  });
});

describe("both directions", () => {
  it.each(["gru", "lstm"] as const)("of %s are one forwards and one backwards, side by side", (kind) => {
    const make = kind === "gru" ? gru : lstm;
    const parameters = new Parameters(1);
    const both = make({ inputs: features, units: 3, output: "all", bidirectional: true })(
      parameters.scope("both"),
    );
    const alone = new Parameters(1);
    const one = make({ inputs: features, units: 3, output: "all" })(alone.scope("one"));
    const x = normal([2, time, features]);
    const as = (prefix: string) =>
      alone.assign(
        alone.named().map(({ name }) => ({
          name,
          tensor: parameters.named().find((other) => other.name === name.replace("one", prefix))
            ?.tensor as tf.Tensor,
        })),
      );
    as("both");
    const ahead = one.apply(x, context());
    as("both.backward");
    const behind = tf.reverse(one.apply(tf.reverse(x, 1), context()), 1);
    expect([...both.apply(x, context()).dataSync()]).toEqual([...tf.concat([ahead, behind], 2).dataSync()]);
  });
});

describe("padding", () => {
  it("is the token, or the zeros, at the end; before a real moment they are real", () => {
    const tokens = tf.tensor2d([
      [3, 0, 2, 0, 0],
      [0, 0, 0, 0, 0],
      [1, 1, 1, 1, 4],
    ]);
    expect(realMoments(tokens, { token: 0 }).arraySync()).toEqual([
      [1, 1, 1, 0, 0],
      [0, 0, 0, 0, 0],
      [1, 1, 1, 1, 1],
    ]);
    const moments = tf.tensor3d([
      [
        [0, 0],
        [0, -1],
        [0, 0],
      ],
    ]);
    expect(realMoments(moments, "zeros").arraySync()).toEqual([[1, 1, 0]]);
  });

  it("changes nothing of what an encoder makes", () => {
    const encoder = padded(
      { token: 0 },
      chain(
        embed({ vocabulary: 9, features }),
        transformer({ features, layers: 1, heads: 2 }),
        gru({ inputs: features, units: 3, bidirectional: true }),
        dense({ inputs: 6, units: 2 }),
      ),
    )(new Parameters(2).scope("encoder"));
    const short = encoder.apply(tf.tensor2d([[5, 3, 8]]), context()).dataSync();
    const long = encoder.apply(tf.tensor2d([[5, 3, 8, 0, 0, 0, 0]]), context()).dataSync();
    long.forEach((value, i) => expect(value).toBeCloseTo(short[i] as number, 5));
  });

  it("becomes zeros in `flatten`, and is no part of a sequence behind it", () => {
    const make = chain(flatten(), dense({ inputs: 4, units: 2, activation: "none" }));
    const encoder = padded("zeros", make)(new Parameters(2).scope("encoder"));
    const x = tf.tensor3d([[[1], [2], [0], [0]]]);
    expect([...encoder.apply(x, context()).shape]).toEqual([1, 2]);
  });

  it("gets no noise", () => {
    const walk = tf.tensor3d([[[1], [2], [0], [0]]]);
    const { walk: noisy } = addInputNoise({ walk }, { walk: 1 }, new Random(1), ["walk"]);
    const [first, second, ...rest] = noisy.dataSync();
    expect(first).not.toBe(1);
    expect(second).not.toBe(2);
    expect(rest).toEqual([0, 0]);
  });
});
