/**
 * The published estimator of LSMI (Yang et al. 2025, arXiv 2506.17248), written from its formulas, read on samples that it did not learn
 * from: classifiers of two layers, KNIFE (Pichler et al. 2022) with five components of full covariance for the densities, minibatches
 * of 32, 30 epochs each, no calibration, class frequencies taken as equal. `bench/torch/published.py` is the same in PyTorch.
 */
import * as tf from "@tensorflow/tfjs";
import { Random } from "../../runtime/data/random.js";
import { atomsOf, type Atoms } from "../../runtime/measures/atoms.js";
import type { View } from "../../runtime/measures/index.js";
import { sideBySide, takeRows } from "../../runtime/measures/view.js";

const [batchSize, epochs, hidden, components] = [32, 30, 128, 5];

/** Minibatches of Adam steps, rate 1e-3. */
function learn(
  x: View,
  labels: Int32Array,
  random: Random,
  variables: tf.Variable[],
  loss: (x: tf.Tensor2D, y: tf.Tensor1D) => tf.Scalar,
) {
  const optimizer = tf.train.adam(1e-3);
  const order = Int32Array.from(labels.keys());
  for (let epoch = 0; epoch < epochs; epoch++) {
    random.shuffle(order);
    for (let at = 0; at < order.length; at += batchSize) {
      const rows = order.subarray(at, at + batchSize);
      tf.tidy(() => {
        const part = takeRows(x, rows);
        const batch = tf.tensor2d(part.values, [rows.length, x.width]);
        const wanted = tf.tensor1d(
          Int32Array.from(rows, (row) => labels[row] as number),
          "int32",
        );
        optimizer.minimize(() => loss(batch, wanted), false, variables);
      });
    }
  }
  optimizer.dispose();
}

function variable(random: Random, shape: number[], deviation: number): tf.Variable {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.variable(
    tf.tensor(
      Float32Array.from({ length: size }, () => deviation * random.normal()),
      shape,
    ),
  );
}

/** log p(y|x) + log C of each held-out sample. */
function information(
  x: View,
  labels: Int32Array,
  held: View,
  asked: Int32Array,
  classes: number,
  random: Random,
): Float64Array {
  const weights = [
    variable(random, [x.width, hidden], 1 / Math.sqrt(3 * x.width)),
    variable(random, [hidden], 0),
    variable(random, [hidden, classes], 1 / Math.sqrt(3 * hidden)),
    variable(random, [classes], 0),
  ] as const;
  const logits = (batch: tf.Tensor2D) =>
    tf.add(
      tf.matMul(
        tf.relu(tf.add(tf.matMul(batch, weights[0] as tf.Tensor2D), weights[1])) as tf.Tensor2D,
        weights[2] as unknown as tf.Tensor2D,
      ),
      weights[3],
    ) as tf.Tensor2D;
  learn(
    x,
    labels,
    random,
    [...weights],
    (batch, wanted) => tf.losses.softmaxCrossEntropy(tf.oneHot(wanted, classes), logits(batch)) as tf.Scalar,
  );
  const logs = tf.tidy(() =>
    tf
      .logSoftmax(logits(tf.tensor2d(held.values, [asked.length, x.width])))
      .dataSync()
      .slice(),
  );
  tf.dispose([...weights]);
  return Float64Array.from(asked, (label, i) => (logs[i * classes + label] as number) + Math.log(classes));
}

/** -log p(x) of a mixture whose parameters are learned by gradient steps. */
export function knife(x: View, held: View, random: Random): Float64Array {
  const { width } = x;
  const n = x.values.length / width;
  const first = takeRows(
    x,
    Int32Array.from({ length: components }, () => random.integer(n)),
  );
  const means = tf.variable(tf.tensor(first.values, [components, 1, width]));
  const scales = tf.variable(tf.zeros([components, 1, width]));
  const factors = variable(random, [components, width, width], 0);
  const weights = variable(random, [components], 0);
  const below = tf.tensor2d(
    Float32Array.from({ length: width * width }, (_, i) => (Math.floor(i / width) < i % width ? 1 : 0)),
    [width, width],
  );
  const eye = tf.eye(width);
  const entropy = (batch: tf.Tensor2D) => {
    const factor = tf.add(tf.mul(factors, below), tf.mul(eye, tf.exp(scales)));
    const white = tf.matMul(tf.sub(tf.expandDims(batch, 0), means), factor);
    const logs = tf.sub(
      tf.add(tf.sum(tf.squeeze(scales, [1]), 1, true), tf.expandDims(tf.logSoftmax(weights), 1)),
      tf.mul(0.5, tf.sum(tf.square(white), 2)),
    );
    return tf.sub(0.5 * width * Math.log(2 * Math.PI), tf.logSumExp(logs, 0));
  };
  learn(
    x,
    new Int32Array(n),
    random,
    [means, scales, factors, weights],
    (batch) => tf.mean(entropy(batch)) as tf.Scalar,
  );
  const found = tf.tidy(() =>
    entropy(tf.tensor2d(held.values, [held.values.length / width, width]))
      .dataSync()
      .slice(),
  );
  tf.dispose([means, scales, factors, weights, below, eye]);
  return Float64Array.from(found);
}

/**
 * Learns from some rows and reads others.
 * @param logDeterminants of the maps under which h is wanted: learned from x as it is, h only shifts by them
 */
export function published(
  x1: View,
  x2: View,
  labels: Int32Array,
  classes: number,
  { train, held }: { train: Int32Array; held: Int32Array },
  logDeterminants: readonly [number, number],
  seed: number,
): Atoms {
  const random = new Random(seed).fork("published");
  const take = (rows: Int32Array) => Int32Array.from(rows, (row) => labels[row] as number);
  const [i1, i2, i12] = [x1, x2, sideBySide(x1, x2)].map((x) =>
    information(takeRows(x, train), take(train), takeRows(x, held), take(held), classes, random),
  ) as [Float64Array, Float64Array, Float64Array];
  const [h1, h2] = [x1, x2].map((x, m) =>
    knife(takeRows(x, train), takeRows(x, held), random).map((h) => h + (logDeterminants[m] as number)),
  ) as [Float64Array, Float64Array];
  return atomsOf(i1, i2, i12, h1, h2);
}
