import * as tf from "@tensorflow/tfjs-core";
import type { Random } from "../data/random.js";
import { chain } from "../layers/chain.js";
import { linear } from "../layers/dense.js";
import { mlp } from "../layers/mlp.js";
import { Parameters, type NamedTensor } from "../layers/parameters.js";
import { takeStep } from "../learning/step.js";
import { takeRows, type View } from "./view.js";

export interface NetworkOptions {
  /** Units of the hidden layers; none for multinomial logistic regression. */
  hidden: readonly number[];
  /** Decoupled weight decay a step. */
  decay: number;
  learningRate: number;
  mostEpochs: number;
}

/** A classifier whose logits come from dense layers; holds tensors until it is disposed of. */
export interface Network {
  /** log p(y|x) in nats, before calibration: [n, classes]. */
  read(x: View): Float32Array;
  dispose(): void;
}

const batchSize = 128;
const patience = 5;

/** Learns for a given number of epochs, or until the held-out likelihood stops rising, and then keeps the best weights. */
export async function trainNetwork(
  x: View,
  labels: Int32Array,
  classes: number,
  { hidden, decay, learningRate, mostEpochs }: NetworkOptions,
  random: Random,
  held?: { x: View; labels: Int32Array },
): Promise<{ network: Network; epochs: number }> {
  const parameters = new Parameters(random.integer(2 ** 30));
  const width = hidden.at(-1) ?? x.width;
  const layers =
    hidden.length === 0
      ? linear({ inputs: x.width, units: classes })
      : chain(mlp({ inputs: x.width, units: hidden }), linear({ inputs: width, units: classes }));
  const model = layers(parameters.scope("network"));
  const context = { training: true, random, temperature: 0 };
  const optimizer = tf.train.adam(learningRate);
  const weights = parameters.select();
  const network: Network = {
    read: (view) =>
      tf.tidy(() => {
        const rows = view.values.length / view.width;
        return tf
          .logSoftmax(model.apply(tf.tensor2d(view.values, [rows, view.width]), context))
          .dataSync() as Float32Array;
      }),
    dispose: () => parameters.dispose(),
  };
  const order = Int32Array.from(labels.keys());
  let best: { score: number; epoch: number; weights: NamedTensor[] } | undefined;
  for (let epoch = 1; epoch <= mostEpochs; epoch++) {
    random.shuffle(order);
    for (let at = 0; at < order.length; at += batchSize) {
      const rows = order.subarray(at, at + batchSize);
      tf.tidy(() => {
        const inputs = tf.tensor2d(takeRows(x, rows).values, [rows.length, x.width]);
        const targets = new Float32Array(rows.length * classes);
        rows.forEach((row, i) => (targets[i * classes + (labels[row] as number)] = 1));
        const wanted = tf.tensor2d(targets, [rows.length, classes]);
        const loss = () =>
          tf.neg(
            tf.mean(tf.sum(tf.mul(wanted, tf.logSoftmax(model.apply(inputs, context))), 1)),
          ) as tf.Scalar;
        takeStep(optimizer, weights, loss, { decay });
      });
    }
    await new Promise(setImmediate);
    if (held === undefined) continue;
    const score = meanLogLikelihood(network.read(held.x), held.labels, classes);
    if (best === undefined || score > best.score) {
      best?.weights.forEach(({ tensor }) => tensor.dispose());
      best = { score, epoch, weights: parameters.snapshot() };
    } else if (epoch - best.epoch >= patience) break;
  }
  optimizer.dispose();
  if (best !== undefined) {
    parameters.assign(best.weights);
    best.weights.forEach(({ tensor }) => tensor.dispose());
  }
  return { network, epochs: best?.epoch ?? mostEpochs };
}

/** Mean of log p(y|x) over samples, in nats. */
export function meanLogLikelihood(logs: ArrayLike<number>, labels: Int32Array, classes: number): number {
  let total = 0;
  labels.forEach((label, i) => (total += logs[i * classes + label] as number));
  return total / labels.length;
}
