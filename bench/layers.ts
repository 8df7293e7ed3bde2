/**
 * What a step of learning costs in each layer over time, forwards and backwards, beside the layer of the same name in TensorFlow.js where it has one, both on
 * the same engine with the corrected gradients, taken in turns: `npx tsx bench/layers.ts [engine]`. Batches of 64.
 */
import * as tf from "@tensorflow/tfjs";
import Table from "cli-table3";
import { openEngine, Parameters, Random, type EngineName } from "../runtime/index.js";
import {
  attention,
  batchNorm,
  conv1d,
  embed,
  gru,
  lstm,
  mel,
  resnet,
  transformer,
  type LayerMaker,
} from "../runtime/layers/index.js";

const { name: engine } = await openEngine((process.argv[2] as EngineName | undefined) ?? "wasm");

interface Case {
  name: string;
  input: number[];
  ours: LayerMaker;
  /** The layer of TensorFlow.js. */
  theirs?: () => tf.layers.Layer;
  /** Whole numbers below it. */
  below?: number;
}

const cases: Case[] = [
  {
    name: "gru(64) of 50 x 32",
    input: [50, 32],
    ours: gru({ inputs: 32, units: 64 }),
    theirs: () => tf.layers.gru({ units: 64, recurrentActivation: "sigmoid" }),
  },
  {
    name: "lstm(64) of 50 x 32",
    input: [50, 32],
    ours: lstm({ inputs: 32, units: 64 }),
    theirs: () => tf.layers.lstm({ units: 64, recurrentActivation: "sigmoid" }),
  },
  {
    name: "embed(64) of 32 tokens of 5000",
    input: [32],
    below: 5000,
    ours: embed({ vocabulary: 5000, features: 64 }),
    theirs: () => tf.layers.embedding({ inputDim: 5000, outputDim: 64 }),
  },
  {
    name: "conv1d(64, 5) of 100 x 32",
    input: [100, 32],
    ours: conv1d({ channels: 32, filters: 64, kernel: 5 }),
    theirs: () => tf.layers.conv1d({ filters: 64, kernelSize: 5, padding: "same", activation: "relu" }),
  },
  {
    name: "norm(batch) of 100 x 32",
    input: [100, 32],
    ours: batchNorm({ features: 32 }),
    theirs: () => tf.layers.batchNormalization({}),
  },
  { name: "attention(4) of 50 x 64", input: [50, 64], ours: attention({ features: 64, heads: 4 }) },
  {
    name: "transformer(2, heads: 4) of 50 x 64",
    input: [50, 64],
    ours: transformer({ features: 64, layers: 2, heads: 4 }),
  },
  { name: "mel(40) of 1 s at 8 kHz", input: [8000], ours: mel({ rate: 8000, mels: 40 }) },
  {
    name: "resnet(8) of 32 x 32 x 3",
    input: [32, 32, 3],
    ours: resnet({ channels: 3, blocks: [1, 1, 1], filters: 16 }),
  },
];

const batch = 64;
const context = { training: true, random: new Random(1), temperature: 0 };
const random = new Random(2);

/** Computes the gradient of all weights, and waits for it. */
function step(weights: tf.Variable[], apply: () => tf.Tensor): () => void {
  return () =>
    tf.tidy(() => {
      const loss = () => tf.mean(tf.square(apply())) as tf.Scalar;
      if (weights.length === 0) return void loss().dataSync();
      const { grads } = tf.variableGrads(loss, weights);
      for (const grad of Object.values(grads)) grad.dataSync();
    });
}

function time(run: () => void): number {
  const begin = performance.now();
  run();
  return performance.now() - begin;
}

const table = new Table({
  head: ["layer", "ms", "TensorFlow.js, ms", "ratio"],
  style: { head: [], border: [] },
});
for (const { name, input, ours, theirs, below } of cases) {
  const shape = [batch, ...input];
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, () =>
    below === undefined ? random.normal() : random.integer(below),
  );
  const x = tf.tensor(values, shape);
  const parameters = new Parameters(1);
  const layer = ours(parameters.scope("layer"));
  const own = step(parameters.select(), () => layer.apply(x, context));
  const rival = theirs?.();
  rival?.apply(x);
  const weights = (rival?.trainableWeights ?? []).map((weight) => weight.read() as tf.Variable);
  const other = rival && step(weights, () => rival.apply(x, { training: true }) as tf.Tensor);
  own();
  other?.();
  const [ownTimes, otherTimes]: [number[], number[]] = [[], []];
  for (let i = 0; i < 7; i++) {
    ownTimes.push(time(own));
    if (other !== undefined) otherTimes.push(time(other));
  }
  const [mine, their] = [Math.min(...ownTimes), Math.min(...otherTimes)];
  table.push([
    name,
    mine.toFixed(1),
    other === undefined ? "" : their.toFixed(1),
    other === undefined ? "" : (their / mine).toFixed(1),
  ]);
}
console.log(`${engine}\n${table.toString()}`);
