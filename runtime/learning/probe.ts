import * as tf from "@tensorflow/tfjs-core";
import type { Samples, Splits } from "../data/load.js";
import { Random } from "../data/random.js";
import { linear } from "../layers/dense.js";
import { Parameters } from "../layers/parameters.js";
import { binaryCrossEntropy, crossEntropy } from "./losses.js";
import type { Model } from "./model.js";
import { adam } from "./optimizers.js";
import { predict, predictLabels } from "./predict.js";
import { takeStep } from "./step.js";

const steps = 300;
const batchSize = 256;

/**
 * What each modality alone predicts, for models without predictors of single modalities: a linear classifier on its frozen
 * encoding, learned on the training split and read on the test split. Of several labels each has a classifier of its own.
 * @returns per modality, probabilities [test samples, classes or labels]
 */
export async function linearProbes<Inputs>(
  model: Model<Inputs>,
  data: Splits,
): Promise<Record<string, Float32Array>> {
  const several = data.train.targets?.kind === "multilabel";
  const train = await (several ? predictLabels : predict)(model, data.train);
  const loss = several ? binaryCrossEntropy : crossEntropy;
  const classes = data.train.classes.length;
  const probes: Record<string, (encoding: tf.Tensor2D) => tf.Tensor2D> = {};
  const owned: { dispose(): void }[] = [];
  for (const [name, view] of Object.entries(train.encodings)) {
    const random = new Random(0).fork(name);
    const parameters = new Parameters(0);
    const layer = linear({ inputs: view.width, units: classes })(parameters.scope(name));
    const optimizer = adam({ learningRate: 0.01 });
    const context = { training: true, random, temperature: 0 };
    const order = Int32Array.from({ length: view.values.length / view.width }, (_, i) => i);
    const scale = standardScale(view.values, view.width);
    for (let step = 0, at = order.length; step < steps; step++, at += batchSize) {
      if (at + batchSize > order.length) {
        random.shuffle(order);
        at = 0;
      }
      const rows = order.subarray(at, at + batchSize);
      tf.tidy(() => {
        const x = tf.tensor2d(takeScaled(view.values, view.width, rows, scale), [rows.length, view.width]);
        const y = labelsOf(data.train, train.kept ? rows.map((at) => train.kept?.[at] as number) : rows);
        takeStep(optimizer, parameters.select(), () => loss(layer.apply(x, context), y));
      });
      if (step % 16 === 0) await new Promise(setImmediate);
    }
    optimizer.dispose();
    const [mean, deviation] = [tf.tensor1d([...scale.mean]), tf.tensor1d([...scale.deviation])];
    probes[name] = (encoding) => layer.apply(tf.div(tf.sub(encoding, mean), deviation), context);
    owned.push(parameters, mean, deviation);
  }
  // They read the encodings as the model makes them, so that those of all samples needn't be kept.
  const probed: Model<Inputs> = {
    parameters: model.parameters,
    predict(batch, context) {
      const said = model.predict(batch, context);
      const alone = Object.entries(probes).flatMap(([name, probe]) => {
        const encoding = said.encodings[name];
        return encoding === undefined ? [] : [[name, probe(encoding)] as const];
      });
      return { ...said, unimodal: Object.fromEntries(alone) };
    },
  };
  const { unimodal = {} } = await (several ? predictLabels : predict)(probed, data.test);
  owned.forEach((one) => one.dispose());
  return unimodal;
}

/** What is true of some samples: one-hot of their classes, or 1 and 0 of their labels, [rows, classes or labels]. */
function labelsOf({ labels, targets, classes }: Samples, rows: Int32Array): tf.Tensor2D {
  const width = classes.length;
  if (targets === undefined) {
    const own = Int32Array.from(rows, (row) => labels[row] as number);
    return tf.oneHot(tf.tensor1d(own, "int32"), width) as tf.Tensor2D;
  }
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, i) => values.set(targets.values.subarray(row * width, (row + 1) * width), i * width));
  return tf.tensor2d(values, [rows.length, width]);
}

interface Scale {
  mean: Float64Array;
  deviation: Float64Array;
}

/** Mean and standard deviation of each column of [n, width]. */
function standardScale(values: Float32Array, width: number): Scale {
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  const n = values.length / width;
  for (let i = 0; i < values.length; i++)
    mean[i % width] = (mean[i % width] as number) + (values[i] as number) / n;
  for (let i = 0; i < values.length; i++) {
    const j = i % width;
    deviation[j] = (deviation[j] as number) + ((values[i] as number) - (mean[j] as number)) ** 2 / n;
  }
  return { mean, deviation: deviation.map((variance) => Math.sqrt(variance) || 1) };
}

function takeScaled(
  values: Float32Array,
  width: number,
  rows: Int32Array,
  { mean, deviation }: Scale,
): Float32Array {
  const taken = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < width; j++) {
      const value = values[(rows[i] as number) * width + j] as number;
      taken[i * width + j] = (value - (mean[j] as number)) / (deviation[j] as number);
    }
  }
  return taken;
}
