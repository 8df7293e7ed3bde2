import * as tf from "@tensorflow/tfjs-core";
import type { Random } from "../data/random.js";
import { valuesOf } from "./values-of.js";
import type { View } from "./view.js";

export interface NetworkOptions {
  /** Units of the hidden layers; none for multinomial logistic regression. */
  hidden: readonly number[];
  /** Decoupled weight decay a step. */
  decay: number;
  learningRate: number;
  mostEpochs: number;
  /** Weights to begin with, in the order of `plan`; for a network without hidden layers [width + 1, classes]. */
  start?: Float32Array;
}

/** A classifier whose logits come from dense layers; holds tensors until it is disposed of. */
export interface Network {
  /** log p(y|x) in nats, before calibration: [n, classes]. */
  read(x: View): Promise<Float32Array>;
  dispose(): void;
}

/** Where one layer's weights lie in the vector of all: [inputs, units], then biases [units]. */
interface LayerPlan {
  inputs: number;
  units: number;
  weightsAt: number;
  biasesAt: number;
}

const batchSize = (samples: number) => (samples > 12000 ? 512 : samples > 4000 ? 256 : 128);
const patience = 4;
const [fading1, fading2] = [0.9, 0.999];
/** Rows that are read at a time. */
const readSize = 8192;

/**
 * Learns for a given number of epochs, or until the held-out likelihood stops rising, and then keeps the best weights. The gradient
 * is written out in products without transposes, and all weights are one vector for Adam (Kingma and Ba 2015; decoupled decay,
 * Loshchilov and Hutter 2019): a batch of a small network costs little more than the calls, so there are few.
 * @param x [n, width]
 * @param held what tells when to stop; without it all epochs are taken
 */
export async function trainNetwork(
  x: View,
  labels: Int32Array,
  classes: number,
  { hidden, decay, learningRate, mostEpochs, start }: NetworkOptions,
  random: Random,
  held?: { x: View; labels: Int32Array },
): Promise<{ network: Network; epochs: number }> {
  const layers = plan([x.width, ...hidden, classes]);
  let state = firstState(layers, random, start);
  const step = decayMask(layers, learningRate, decay);
  const read = (view: View) => readNetwork(state.weights, layers, view, classes);
  const order = Int32Array.from(labels.keys());
  const size = batchSize(labels.length);
  let taken = 0;
  let best: { score: number; epoch: number; weights: tf.Tensor1D } | undefined;
  if (start !== undefined && held !== undefined)
    best = {
      score: meanLogLikelihood(await read(held.x), held.labels, classes),
      epoch: 0,
      weights: state.weights,
    };
  for (let epoch = 1; epoch <= mostEpochs; epoch++) {
    random.shuffle(order);
    const shuffled = tf.tidy(() => shuffle(x, labels, classes, order));
    for (let at = 0; at < order.length; at += size) {
      const rows = Math.min(size, order.length - at);
      taken++;
      const next = tf.tidy(() => {
        const batch = tf.slice(shuffled.inputs, [at, 0], [rows, x.width]);
        const wanted = tf.slice(shuffled.wanted, [at, 0], [rows, classes]);
        const gradient = gradientOf(state.weights, layers, batch, wanted);
        const first = tf.add(tf.mul(state.first, fading1), tf.mul(gradient, 1 - fading1)) as tf.Tensor1D;
        const second = tf.add(
          tf.mul(state.second, fading2),
          tf.mul(tf.square(gradient), 1 - fading2),
        ) as tf.Tensor1D;
        const rate = (learningRate * Math.sqrt(1 - fading2 ** taken)) / (1 - fading1 ** taken);
        const move = tf.div(tf.mul(first, rate), tf.add(tf.sqrt(second), 1e-8));
        return { weights: tf.sub(tf.mul(state.weights, step), move) as tf.Tensor1D, first, second };
      });
      if (state.weights !== best?.weights) state.weights.dispose();
      tf.dispose([state.first, state.second]);
      state = next;
    }
    tf.dispose([shuffled.inputs, shuffled.wanted]);
    await new Promise(setImmediate);
    if (held === undefined) continue;
    const score = meanLogLikelihood(await read(held.x), held.labels, classes);
    if (best === undefined || score > best.score) {
      best?.weights.dispose();
      best = { score, epoch, weights: state.weights };
    } else if (epoch - best.epoch >= patience) break;
  }
  tf.dispose([state.first, state.second, step]);
  const weights = best?.weights ?? state.weights;
  if (weights !== state.weights) state.weights.dispose();
  return {
    network: {
      read: (view) => readNetwork(weights, layers, view, classes),
      dispose: () => weights.dispose(),
    },
    epochs: best?.epoch ?? mostEpochs,
  };
}

function plan(widths: readonly number[]): LayerPlan[] {
  let at = 0;
  return widths.slice(1).map((units, i) => {
    const inputs = widths[i] as number;
    const layer = { inputs, units, weightsAt: at, biasesAt: at + inputs * units };
    at = layer.biasesAt + units;
    return layer;
  });
}

function sizeOf(layers: readonly LayerPlan[]): number {
  const last = layers.at(-1) as LayerPlan;
  return last.biasesAt + last.units;
}

/** Weights by He et al. 2015, those of the logits small; no biases; nothing remembered. */
function firstState(layers: readonly LayerPlan[], random: Random, start?: Float32Array) {
  const weights = start?.slice() ?? new Float32Array(sizeOf(layers));
  if (start === undefined)
    layers.forEach(({ inputs, weightsAt, biasesAt }, i) => {
      const deviation = Math.sqrt((i === layers.length - 1 ? 0.1 : 2) / inputs);
      for (let at = weightsAt; at < biasesAt; at++) weights[at] = deviation * random.normal();
    });
  return {
    weights: tf.tensor1d(weights),
    first: tf.zeros([weights.length]) as tf.Tensor1D,
    second: tf.zeros([weights.length]) as tf.Tensor1D,
  };
}

/** What each weight is multiplied by before a step: biases don't decay. */
function decayMask(layers: readonly LayerPlan[], learningRate: number, decay: number) {
  const mask = new Float32Array(sizeOf(layers)).fill(1);
  for (const { weightsAt, biasesAt } of layers) mask.fill(1 - learningRate * decay, weightsAt, biasesAt);
  return tf.tensor1d(mask);
}

/** Inputs [n, width] and one-hot labels [n, classes] in a new order. The caller tidies. */
function shuffle({ values, width }: View, labels: Int32Array, classes: number, order: Int32Array) {
  const n = order.length;
  const rows = new Float32Array(n * width);
  const wanted = new Float32Array(n * classes);
  order.forEach((row, i) => {
    rows.set(values.subarray(row * width, (row + 1) * width), i * width);
    wanted[i * classes + (labels[row] as number)] = 1;
  });
  return { inputs: tf.tensor2d(rows, [n, width]), wanted: tf.tensor2d(wanted, [n, classes]) };
}

function weightsOf(weights: tf.Tensor1D, { inputs, units, weightsAt, biasesAt }: LayerPlan) {
  return {
    product: tf.reshape(tf.slice(weights, weightsAt, biasesAt - weightsAt), [inputs, units]) as tf.Tensor2D,
    bias: tf.slice(weights, biasesAt, units),
  };
}

/** What goes into each layer, [batch, inputs], and the logits, [batch, classes]. */
function forward(weights: tf.Tensor1D, layers: readonly LayerPlan[], batch: tf.Tensor2D) {
  const into: tf.Tensor2D[] = [batch];
  layers.forEach((layer, i) => {
    const { product, bias } = weightsOf(weights, layer);
    const sums = tf.add(tf.matMul(into[i] as tf.Tensor2D, product), bias) as tf.Tensor2D;
    into.push(i < layers.length - 1 ? tf.relu(sums) : sums);
  });
  return into;
}

/** Gradient of the mean cross-entropy of a batch, in the order of the weights. The caller tidies. */
function gradientOf(
  weights: tf.Tensor1D,
  layers: readonly LayerPlan[],
  batch: tf.Tensor2D,
  wanted: tf.Tensor2D,
): tf.Tensor1D {
  const into = forward(weights, layers, batch);
  const logits = into.at(-1) as tf.Tensor2D;
  let error = tf.mul(tf.sub(tf.softmax(logits), wanted), 1 / batch.shape[0]) as tf.Tensor2D;
  const parts: tf.Tensor[] = [];
  for (let i = layers.length - 1; i >= 0; i--) {
    const input = into[i] as tf.Tensor2D;
    const layer = layers[i] as LayerPlan;
    parts.unshift(tf.reshape(tf.matMul(tf.transpose(input) as tf.Tensor2D, error), [-1]), tf.sum(error, 0));
    if (i === 0) break;
    const { product } = weightsOf(weights, layer);
    const back = tf.matMul(error, tf.transpose(product) as tf.Tensor2D);
    error = tf.mul(back, tf.step(input)) as tf.Tensor2D;
  }
  return tf.concat(parts as tf.Tensor1D[], 0);
}

async function readNetwork(
  weights: tf.Tensor1D,
  layers: readonly LayerPlan[],
  { values, width }: View,
  classes: number,
): Promise<Float32Array> {
  const n = values.length / width;
  const logs = new Float32Array(n * classes);
  for (let at = 0; at < n; at += readSize) {
    const rows = Math.min(readSize, n - at);
    const [part] = await valuesOf(() => {
      const batch = tf.tensor2d(values.subarray(at * width, (at + rows) * width), [rows, width]);
      const logits = forward(weights, layers, batch).at(-1) as tf.Tensor2D;
      return [tf.logSoftmax(logits)];
    });
    logs.set(part as Float32Array, at * classes);
  }
  return logs;
}

/** Mean of log p(y|x) over samples, in nats. */
export function meanLogLikelihood(logs: ArrayLike<number>, labels: Int32Array, classes: number): number {
  let total = 0;
  labels.forEach((label, i) => (total += logs[i * classes + label] as number));
  return total / labels.length;
}
