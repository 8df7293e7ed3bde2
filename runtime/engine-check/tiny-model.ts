import * as tf from "@tensorflow/tfjs-core";
import { Random } from "../data/random.js";
import { chain, conv, dense, embed, flatten, gru, linear, norm, Parameters, pool } from "../layers/index.js";
import type { Context } from "../layers/layer.js";
import { crossEntropy } from "../learning/losses.js";
import { adam } from "../learning/optimizers.js";
import { takeStep } from "../learning/step.js";

/** What an engine came to with the tiny model. */
export interface TinyTraining {
  /** Before each step, in nats. */
  losses: number[];
  /** Of all weights, laid end to end, before the first step. */
  gradient: number[];
}

const samples = 12;
const classes = 3;

/** Trains a convolution, a recurrent cell, an embedding, norm and dense layers together for four steps. Its numbers are the same on every engine, to rounding. */
export async function trainTinyModel(): Promise<TinyTraining> {
  const parameters = new Parameters(7);
  const picture = chain(
    conv({ channels: 1, filters: 4, kernel: 3 }),
    pool({ size: 2 }),
    flatten(),
    dense({ inputs: 64, units: 8 }),
    norm({ features: 8 }),
  )(parameters.scope("picture"));
  const words = chain(
    embed({ vocabulary: 6, features: 4 }),
    gru({ inputs: 4, units: 6 }),
  )(parameters.scope("words"));
  const head = linear({ inputs: 14, units: classes })(parameters.scope("head"));
  const random = new Random(11);
  const context: Context = { training: true, random, temperature: 0 };

  const pictures = tf.tensor4d(
    Float32Array.from({ length: samples * 64 }, () => random.normal()),
    [samples, 8, 8, 1],
  );
  const sentences = tf.tensor2d(
    Float32Array.from({ length: samples * 5 }, () => Math.floor(6 * random.uniform())),
    [samples, 5],
  );
  const labels = tf.tensor2d(
    Float32Array.from({ length: samples * classes }, (_, i) =>
      i % classes === Math.floor(i / classes) % classes ? 1 : 0,
    ),
    [samples, classes],
  );
  const loss = () => {
    const features = tf.concat([picture.apply(pictures, context), words.apply(sentences, context)], 1);
    return crossEntropy(head.apply(features as tf.Tensor2D, context), labels);
  };

  const weights = parameters.select();
  const { value, grads } = tf.variableGrads(loss, weights);
  const gradient: number[] = [];
  for (const weight of weights) gradient.push(...(await (grads[weight.name] as tf.Tensor).data()));
  tf.dispose([value, ...Object.values(grads)]);

  const optimizer = adam({ learningRate: 0.02 });
  const noted = Array.from({ length: 4 }, () => takeStep(optimizer, weights, loss));
  const losses: number[] = [];
  for (const each of noted) losses.push((await each.data())[0] as number);
  tf.dispose([...noted, ...weights, pictures, sentences, labels]);
  optimizer.dispose();
  return { losses, gradient };
}
