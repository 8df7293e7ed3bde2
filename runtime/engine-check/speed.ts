import * as tf from "@tensorflow/tfjs-core";
import { Random } from "../data/random.js";
import { chain, dense, linear, Parameters } from "../layers/index.js";
import type { Context } from "../layers/layer.js";
import { crossEntropy } from "../learning/losses.js";
import { adam } from "../learning/optimizers.js";
import { takeStep } from "../learning/step.js";

const batch = 256;

/**
 * Samples a second that a perceptron of 200-512-512-10 learns from, with Adam, 256 a step.
 * @param seconds to measure for; at least two steps are taken, after one that warms up
 */
export async function measureSpeed(seconds = 1): Promise<number> {
  const parameters = new Parameters(3);
  const model = chain(
    dense({ inputs: 200, units: 512 }),
    dense({ inputs: 512, units: 512 }),
    linear({ inputs: 512, units: 10 }),
  )(parameters.scope("model"));
  const random = new Random(5);
  const context: Context = { training: true, random, temperature: 0 };
  const inputs = tf.tensor2d(
    Float32Array.from({ length: batch * 200 }, () => random.normal()),
    [batch, 200],
  );
  const labels = tf.tensor2d(
    Float32Array.from({ length: batch * 10 }, (_, i) => (i % 10 === Math.floor(i / 10) % 10 ? 1 : 0)),
    [batch, 10],
  );
  const weights = parameters.select();
  const optimizer = adam({ learningRate: 1e-3 });
  const step = () => takeStep(optimizer, weights, () => crossEntropy(model.apply(inputs, context), labels));
  /** A GPU works on after the call returns: reading the loss waits for it. */
  const finish = async (loss: tf.Scalar) => {
    await loss.data();
    loss.dispose();
  };
  await finish(step());
  const begin = performance.now();
  let steps = 0;
  do {
    step().dispose();
    await finish(step());
    steps += 2;
  } while (performance.now() - begin < 1000 * seconds);
  const speed = (1000 * steps * batch) / (performance.now() - begin);
  tf.dispose([...weights, inputs, labels]);
  optimizer.dispose();
  return speed;
}
