import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  adam,
  crossCovariance,
  crossEntropies,
  crossEntropy,
  klToStandardNormal,
  Parameters,
  Random,
  stopGradient,
} from "../../runtime/index.js";
import {
  alignmentLoss,
  bilinear,
  consistencyDecomposition,
  ensemble,
  intraDecomposition,
  mean,
  noIntraDecomposition,
} from "../../runtime/fusion/index.js";
import {
  chain,
  conv,
  dense,
  dropout,
  flatten,
  gaussian,
  linear,
  mlp,
  norm,
  plain,
  pool,
} from "../../runtime/layers/index.js";
import { takeStep } from "../../runtime/learning/step.js";

beforeAll(() => tf.setBackend("cpu"));

const predicting = () => ({ training: false, random: new Random(1), temperature: 0 });
const learning = () => ({ training: true, random: new Random(1), temperature: 0.1 });
const scope = (seed = 1) => new Parameters(seed).scope("test");

describe("layers", () => {
  it("make the shapes that they promise", () => {
    const picture = tf.randomNormal([2, 7, 9, 3]);
    const layers = chain(
      conv({ channels: 3, filters: 4, kernel: 3, stride: 2 }),
      conv({ channels: 4, filters: 5, kernel: 2, padding: "valid", activation: "gelu" }),
      pool({ size: 2, kind: "mean" }),
      flatten(),
      norm({ features: 10 }),
      dense({ inputs: 10, units: 6, activation: "tanh" }),
      mlp({ inputs: 6, units: [4, 3] }),
    )(scope());
    expect(layers.apply(picture, learning()).shape).toEqual([2, 3]);
  });

  it("start the same from the same seed, whatever other layers there are", () => {
    const values = (parameters: Parameters) => [...(parameters.select("b")[0] as tf.Variable).dataSync()];
    const [alone, beside, other] = [new Parameters(3), new Parameters(3), new Parameters(4)];
    linear({ inputs: 4, units: 2 })(alone.scope("b"));
    linear({ inputs: 9, units: 9 })(beside.scope("a"));
    linear({ inputs: 4, units: 2 })(beside.scope("b"));
    linear({ inputs: 4, units: 2 })(other.scope("b"));
    expect(values(beside)).toEqual(values(alone));
    expect(values(other)).not.toEqual(values(alone));
  });

  it("normalise each sample", () => {
    const out = norm({ features: 3 })(scope()).apply(tf.tensor2d([[1, 2, 6]]), predicting());
    expect(tf.mean(out).dataSync()[0]).toBeCloseTo(0, 5);
    expect(tf.mean(tf.square(out)).dataSync()[0]).toBeCloseTo(1, 4);
  });

  it("drop only while learning, and keep the mean", () => {
    const layer = dropout({ rate: 0.4 })(scope());
    const ones = tf.ones([100, 100]);
    expect(layer.apply(ones, predicting())).toBe(ones);
    const dropped = [...layer.apply(ones, learning()).dataSync()];
    const zeros = dropped.filter((value) => value === 0).length;
    expect(zeros / 10_000).toBeCloseTo(0.4, 1);
    expect(dropped.reduce((a, b) => a + b, 0) / 10_000).toBeCloseTo(1, 1);
  });

  it("sample a Gaussian latent while learning, and take its mean when predicting", () => {
    const layer = gaussian({ inputs: 3, units: 2 })(scope());
    const x = tf.ones([5, 3]) as tf.Tensor2D;
    const { mean: centre, value } = layer.apply(x, predicting());
    expect(value.dataSync()).toEqual(centre.dataSync());
    expect(layer.apply(x, learning()).value.dataSync()).not.toEqual(centre.dataSync());
  });

  it("refuse two arrays of one name, and weights of another model", () => {
    const parameters = new Parameters(1);
    linear({ inputs: 2, units: 2 })(parameters.scope("a"));
    expect(() => linear({ inputs: 2, units: 2 })(parameters.scope("a"))).toThrow("a.kernel");
    expect(() => parameters.assign([])).toThrow("lack a.kernel");
    const wrong = parameters.named().map(({ name }) => ({ name, tensor: tf.zeros([7]) }));
    expect(() => parameters.assign(wrong)).toThrow("[7], this model wants [2, 2]");
  });
});

describe("losses", () => {
  it("give the cross-entropy in nats, of the weighted samples alone", () => {
    const logits = tf.log(
      tf.tensor2d([
        [0.25, 0.75],
        [0.5, 0.5],
      ]),
    ) as tf.Tensor2D;
    const labels = tf.tensor2d([
      [0, 1],
      [1, 0],
    ]);
    const first = tf.tensor2d([[1], [0]]);
    expect(crossEntropy(logits, labels).dataSync()[0]).toBeCloseTo((-Math.log(0.75) - Math.log(0.5)) / 2, 5);
    expect(crossEntropy(logits, labels, first).dataSync()[0]).toBeCloseTo(-Math.log(0.75), 5);
  });

  it("give the divergence from a standard normal", () => {
    const latent = (m: number, v: number) => ({
      mean: tf.fill([4, 3], m) as tf.Tensor2D,
      logVariance: tf.fill([4, 3], Math.log(v)) as tf.Tensor2D,
      value: tf.zeros([4, 3]) as tf.Tensor2D,
    });
    expect(klToStandardNormal(latent(0, 1)).dataSync()[0]).toBeCloseTo(0, 6);
    expect(klToStandardNormal(latent(2, 0.5)).dataSync()[0]).toBeCloseTo(
      1.5 * (0.5 + 4 - Math.log(0.5) - 1),
      4,
    );
  });

  it("see whether two representations are related", () => {
    const x = tf.randomNormal([2000, 3], 0, 1, "float32", 1) as tf.Tensor2D;
    const y = tf.randomNormal([2000, 4], 0, 1, "float32", 2) as tf.Tensor2D;
    expect(crossCovariance(x, y).dataSync()[0]).toBeLessThan(0.005);
    expect(crossCovariance(x, x).dataSync()[0]).toBeCloseTo(1 / 3, 1);
  });

  it("let no gradient through where it is stopped", () => {
    const grad = tf.grad((x) => tf.sum(tf.mul(x, stopGradient(x))));
    expect([...grad(tf.tensor1d([2, 3])).dataSync()]).toEqual([2, 3]);
  });

  it("see how far views are apart, over the samples that have both", () => {
    const a = tf.tensor2d([
      [1, 0],
      [1, 0],
    ]);
    const b = tf.tensor2d([
      [0, 2],
      [3, 0],
    ]);
    expect(alignmentLoss([a, b], "cosine").dataSync()[0]).toBeCloseTo(0.5, 4);
    expect(alignmentLoss([a, b], "mse").dataSync()[0]).toBeCloseTo((2.5 + 2) / 2, 4);
    const present = [tf.ones([2, 1]) as tf.Tensor2D, tf.tensor2d([[0], [1]])];
    expect(alignmentLoss([a, b], "cosine", present).dataSync()[0]).toBeCloseTo(0, 4);
  });

  it("find the partner of a view among the batch's", () => {
    const views = tf.tensor2d([
      [1, 0],
      [0, 1],
    ]);
    const found = Math.log(1 + Math.exp(-10));
    expect(alignmentLoss([views, tf.mul(views, 3)], "infonce").dataSync()[0]).toBeCloseTo(found, 5);
    const swapped = tf.reverse(views, 0) as tf.Tensor2D;
    expect(alignmentLoss([views, swapped], "infonce").dataSync()[0]).toBeCloseTo(10 + found, 4);
    // A sample without a partner neither counts nor is anybody's candidate.
    const present = [tf.ones([2, 1]) as tf.Tensor2D, tf.tensor2d([[0], [1]])];
    expect(alignmentLoss([views, swapped], "infonce", present).dataSync()[0]).toBeCloseTo(0, 5);
  });

  it("work out many cross-entropies at once as they do one by one", () => {
    const random = new Random(5);
    const draw = () =>
      tf.tensor2d(
        Float32Array.from({ length: 12 }, () => random.normal()),
        [4, 3],
      );
    const [a, b] = [draw(), draw()];
    const labels = tf.oneHot(tf.tensor1d([2, 0, 1, 1], "int32"), 3) as tf.Tensor2D;
    const composed = (logits: tf.Tensor) =>
      tf.mean(tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1))) as tf.Scalar;
    const both = crossEntropies({ a, b }, labels);
    expect(both.a.dataSync()[0]).toBeCloseTo(composed(a).dataSync()[0] as number, 5);
    expect(both.b.dataSync()[0]).toBeCloseTo(crossEntropy(b, labels).dataSync()[0] as number, 5);
    const gradient = tf
      .grad((x) => crossEntropies({ a: x as tf.Tensor2D, b }, labels).a)(a)
      .dataSync();
    const expected = tf.grad(composed)(a).dataSync();
    gradient.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 5));
  });
});

describe("fusions", () => {
  it("average the probabilities of those who are there", () => {
    const logits = [tf.log(tf.tensor2d([[0.2, 0.8]])), tf.log(tf.tensor2d([[0.6, 0.4]]))] as tf.Tensor2D[];
    const both = tf.softmax(ensemble(logits)).dataSync();
    expect(both[0]).toBeCloseTo(0.4, 5);
    const alone = tf.softmax(ensemble(logits, [tf.tensor2d([[1]]), tf.tensor2d([[0]])])).dataSync();
    expect(alone[0]).toBeCloseTo(0.2, 5);
  });

  it("take the mean of those who are there", () => {
    const xs = [tf.tensor2d([[2], [2]]), tf.tensor2d([[4], [0]])];
    const out = mean()(scope()).apply(xs, predicting(), [tf.tensor2d([[1], [1]]), tf.tensor2d([[1], [0]])]);
    expect([...out.dataSync()]).toEqual([3, 2]);
  });

  it("learn XOR through a bilinear merge and a linear prediction", () => {
    const parameters = new Parameters(1);
    const merge = bilinear({ inputs: [1, 1], rank: 4 })(parameters.scope("merge"));
    const head = linear({ inputs: 4, units: 2 })(parameters.scope("head"));
    const a = tf.tensor2d([[-1], [-1], [1], [1]]);
    const b = tf.tensor2d([[-1], [1], [-1], [1]]);
    const labels = tf.tensor2d([
      [1, 0],
      [0, 1],
      [0, 1],
      [1, 0],
    ]);
    const optimizer = adam({ learningRate: 0.05 });
    const answer = () => head.apply(merge.apply([a, b], learning()), learning());
    for (let i = 0; i < 150; i++) {
      takeStep(optimizer, parameters.select(), () => crossEntropy(answer(), labels)).dispose();
    }
    expect(crossEntropy(answer(), labels).dataSync()[0]).toBeLessThan(0.05);
  });

  it("split an encoding into parts that can rebuild it", () => {
    const parts = intraDecomposition({ inputs: 5, latent: 3, outputs: 4 })(scope());
    const split = parts.apply(tf.ones([2, 5]), learning());
    expect(split.main.shape).toEqual([2, 3]);
    expect([...tf.concat([split.main, split.rest], 1).dataSync()]).toEqual([
      ...split.latent.value.dataSync(),
    ]);
    expect(parts.rebuild(split, learning()).shape).toEqual([2, 5]);
    expect(parts.predict(split, learning()).shape).toEqual([2, 4]);
  });

  it("give M a view of each R that its modality has a part in, and a U", () => {
    const parameters = new Parameters(1);
    const split = consistencyDecomposition({ inputs: 5, latent: 3, shared: ["all", "pair"] });
    const parts = split(parameters.scope("test")).apply(tf.ones([2, 5]), learning());
    expect(Object.keys(parts.shared)).toEqual(["all", "pair"]);
    const sideBySide = tf.concat([parts.shared.all, parts.shared.pair, parts.unique], 1);
    expect([...sideBySide.dataSync()]).toEqual([...parts.latent.value.dataSync()]);
    expect(parameters.count()).toBe((5 + 1) * 2 * 3 * 3);
  });

  it("have ablations: plain layers draw nothing, an encoding that isn't split is all its parts", () => {
    const z = tf.tensor2d([[1, 2, 3]]);
    const parts = intraDecomposition({ inputs: 3, latent: 2, outputs: 4, layer: plain })(scope());
    const [learned, predicted] = [parts.apply(z, learning()), parts.apply(z, predicting())];
    expect([...learned.latent.value.dataSync()]).toEqual([...predicted.latent.value.dataSync()]);
    expect(() => klToStandardNormal(learned.latent)).toThrow("no divergence");
    const whole = noIntraDecomposition({ inputs: 3, outputs: 4 })(scope());
    expect(whole.apply(z, learning())).toEqual({ encoding: z, main: z, rest: z });
    expect(whole.predict(whole.apply(z, learning()), learning()).shape).toEqual([1, 4]);
  });
});
