/** What learning asks of the wasm engine, kernel by kernel and layer by layer: small for tests, large for timing. */
import * as tf from "@tensorflow/tfjs";
import { Parameters, Random } from "../runtime/index.js";
import {
  attention,
  batchNorm,
  gru,
  lstm,
  mel,
  resnet,
  transformer,
  type LayerMaker,
} from "../runtime/layers/index.js";

interface Operation {
  name: string;
  /** Shapes of what it takes: to be tested with, and to be timed with. */
  small: number[][];
  large: number[][];
  f(...xs: tf.Tensor[]): tf.Tensor;
}

/** What is computed, and all that has a gradient in it; on the engine that is in use when it is made. */
export interface Made {
  variables: tf.Variable[];
  compute(): tf.Tensor;
}

export interface Case {
  name: string;
  make(size: "small" | "large"): Made;
}

function filled(shape: number[], random: Random): tf.Variable {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, () => random.normal());
  return tf.tidy(() => tf.variable(tf.tensor(values, shape)));
}

const rows = (count: number, of: number) =>
  tf.tensor1d(
    Int32Array.from({ length: count }, (_, i) => (i * 7) % of),
    "int32",
  );

type Four = tf.Tensor4D;

const operations: Operation[] = [
  {
    name: "matrix product",
    small: [
      [5, 7],
      [7, 4],
    ],
    large: [
      [256, 512],
      [512, 512],
    ],
    f: (a, b) => tf.matMul(a, b),
  },
  {
    name: "matrix product, second transposed",
    small: [
      [5, 7],
      [4, 7],
    ],
    large: [
      [256, 512],
      [512, 512],
    ],
    f: (a, b) => tf.matMul(a, b, false, true),
  },
  {
    name: "matrix products, a batch of them",
    small: [
      [3, 5, 7],
      [3, 7, 4],
    ],
    large: [
      [64, 50, 32],
      [64, 32, 50],
    ],
    f: (a, b) => tf.matMul(a, b),
  },
  {
    name: "matrix product fused with bias and relu",
    small: [[5, 7], [7, 4], [4]],
    large: [[256, 512], [512, 512], [512]],
    f: (a, b, bias) =>
      tf.fused.matMul({
        a: a as tf.Tensor2D,
        b: b as tf.Tensor2D,
        bias: bias as tf.Tensor1D,
        activation: "relu",
      }),
  },
  {
    name: "convolution 3 x 3",
    small: [
      [2, 6, 5, 3],
      [3, 3, 3, 4],
    ],
    large: [
      [64, 14, 14, 16],
      [3, 3, 16, 32],
    ],
    f: (x, w) => tf.conv2d(x as Four, w as Four, 1, "same"),
  },
  {
    name: "convolution 3 x 3, stride 2",
    small: [
      [2, 6, 5, 3],
      [3, 3, 3, 4],
    ],
    large: [
      [64, 14, 14, 16],
      [3, 3, 16, 32],
    ],
    f: (x, w) => tf.conv2d(x as Four, w as Four, 2, "same"),
  },
  {
    name: "depthwise convolution 3 x 3",
    small: [
      [2, 6, 5, 3],
      [3, 3, 3, 1],
    ],
    large: [
      [64, 14, 14, 32],
      [3, 3, 32, 1],
    ],
    f: (x, w) => tf.depthwiseConv2d(x as Four, w as Four, 1, "same"),
  },
  {
    name: "max pooling 2 x 2",
    small: [[2, 6, 7, 3]],
    large: [[64, 28, 28, 16]],
    f: (x) => tf.maxPool(x as Four, 2, 2, "valid"),
  },
  {
    name: "max pooling 3 x 3, stride 2, padded",
    small: [[2, 6, 7, 3]],
    large: [[64, 28, 28, 16]],
    f: (x) => tf.maxPool(x as Four, 3, 2, "same"),
  },
  {
    name: "average pooling 2 x 2",
    small: [[2, 6, 7, 3]],
    large: [[64, 28, 28, 16]],
    f: (x) => tf.avgPool(x as Four, 2, 2, "valid"),
  },
  { name: "softmax", small: [[5, 7]], large: [[3200, 50]], f: (x) => tf.softmax(x) },
  { name: "log-softmax", small: [[5, 7]], large: [[3200, 50]], f: (x) => tf.logSoftmax(x) },
  {
    name: "adding a bias",
    small: [[2, 3, 4], [4]],
    large: [[64, 784, 16], [16]],
    f: (x, b) => tf.add(x, b),
  },
  {
    name: "scaling features",
    small: [[2, 3, 4], [4]],
    large: [[64, 784, 16], [16]],
    f: (x, b) => tf.mul(x, b),
  },
  {
    name: "exchanging the last two axes",
    small: [[3, 5, 7]],
    large: [[3200, 256]],
    f: (x) => tf.transpose(x, x.rank === 3 ? [0, 2, 1] : [1, 0]),
  },
  { name: "sum over the batch", small: [[5, 3, 4]], large: [[256, 4096]], f: (x) => tf.sum(x, 0) },
  { name: "mean over time", small: [[5, 3, 4]], large: [[64, 50, 64]], f: (x) => tf.mean(x, 1) },
  { name: "mean over features", small: [[5, 3, 4]], large: [[64, 50, 64]], f: (x) => tf.mean(x, -1) },
  { name: "max over time", small: [[5, 3, 4]], large: [[64, 50, 64]], f: (x) => tf.max(x, 1) },
  {
    name: "gathering rows (embeddings)",
    small: [[6, 4]],
    large: [[2000, 64]],
    f: (x) => tf.gather(x, rows(x.shape[0] === 6 ? 9 : 2048, x.shape[0] as number)),
  },
];

export const cases: Case[] = [
  ...operations.map(({ name, f, ...shapes }) => ({
    name,
    make(size: "small" | "large") {
      const random = new Random(1);
      const variables = shapes[size].map((shape) => filled(shape, random));
      return { variables, compute: () => f(...variables) };
    },
  })),
  ofLayer("norm(batch)", batchNorm, { features: 3 }, { features: 32 }, [4, 5, 3], [64, 100, 32]),
  ofLayer("gru", gru, { inputs: 3, units: 4 }, { inputs: 32, units: 64 }, [4, 5, 3], [64, 50, 32]),
  ofLayer("lstm", lstm, { inputs: 3, units: 4 }, { inputs: 32, units: 64 }, [4, 5, 3], [64, 50, 32]),
  ofLayer(
    "attention",
    attention,
    { features: 4, heads: 2 },
    { features: 64, heads: 4 },
    [4, 5, 4],
    [64, 50, 64],
  ),
  ofLayer(
    "transformer",
    transformer,
    { features: 4, layers: 1, heads: 2 },
    { features: 64, layers: 2, heads: 4 },
    [4, 5, 4],
    [64, 50, 64],
  ),
  ofLayer(
    "resnet",
    resnet,
    { channels: 2, blocks: [1, 1], filters: 3 },
    { channels: 3, blocks: [1, 1, 1], filters: 16 },
    [2, 8, 8, 2],
    [32, 32, 32, 3],
  ),
  ofLayer("mel", mel, { rate: 1000, mels: 6 }, { rate: 8000, mels: 40 }, [2, 400], [64, 8000]),
];

/** A layer, by its input and by its weights. */
function ofLayer<Options>(
  name: string,
  maker: (options: Options) => LayerMaker,
  few: Options,
  many: Options,
  small: number[],
  large: number[],
): Case {
  return {
    name,
    make(size) {
      const parameters = new Parameters(1);
      const layer = maker(size === "small" ? few : many)(parameters.scope("layer"));
      const x = filled(size === "small" ? small : large, new Random(1));
      const context = { training: true, random: new Random(1), temperature: 0 };
      return { variables: [x, ...parameters.select()], compute: () => layer.apply(x, context) };
    },
  };
}
