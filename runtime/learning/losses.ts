import * as tf from "@tensorflow/tfjs-core";
import type { Latent } from "../layers/gaussian.js";
import { batchRows, meanOverBatch, sumOverBatch, weightedMean } from "../parallel/whole-batch.js";

/**
 * Mean cross-entropy in nats.
 * @param logits [batch, classes]
 * @param labels one-hot, [batch, classes], or a distribution a sample; times the weight of the sample, where it has one
 * @param weights [batch, 1]; samples of weight 0 don't count
 */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor2D, weights?: tf.Tensor2D): tf.Scalar {
  return weightedMean(sampleLosses(logits, labels), weights);
}

/**
 * The mean cross-entropy of each of several predictions of the same samples, in nats, under the names of the predictions. All are worked
 * out at once, which is much less work for the engine than one by one.
 * @param logits [batch, classes] each
 * @param labels one-hot, [batch, classes]
 */
export function crossEntropies<Name extends string>(
  logits: Readonly<Record<Name, tf.Tensor2D>>,
  labels: tf.Tensor2D,
): Record<Name, tf.Scalar> {
  return meansOf(logits, labels, sampleLosses);
}

/**
 * Mean cross-entropy of labels that are true or false each by themselves, in nats a label.
 * @param logits of the labels' being true, [batch, labels]
 * @param labels 1 or 0, [batch, labels]
 * @param weights [batch, 1]; samples of weight 0 don't count
 */
export function binaryCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor2D,
  weights?: tf.Tensor2D,
): tf.Scalar {
  return weightedMean(labelLosses(logits, labels), weights);
}

/** What `crossEntropies` is to `crossEntropy`. */
export function binaryCrossEntropies<Name extends string>(
  logits: Readonly<Record<Name, tf.Tensor2D>>,
  labels: tf.Tensor2D,
): Record<Name, tf.Scalar> {
  return meansOf(logits, labels, labelLosses);
}

/**
 * Mean squared error of predicted numbers; of standardised ones it is the share of their variance that isn't explained.
 * @param predicted [batch, numbers]
 * @param numbers [batch, numbers]
 * @param weights [batch, 1]; samples of weight 0 don't count
 */
export function squaredError(predicted: tf.Tensor2D, numbers: tf.Tensor2D, weights?: tf.Tensor2D): tf.Scalar {
  return weightedMean(numberLosses(predicted, numbers), weights);
}

/** What `crossEntropies` is to `crossEntropy`. */
export function squaredErrors<Name extends string>(
  predicted: Readonly<Record<Name, tf.Tensor2D>>,
  numbers: tf.Tensor2D,
): Record<Name, tf.Scalar> {
  return meansOf(predicted, numbers, numberLosses);
}

/** The mean loss of each of several predictions, worked out at once. */
function meansOf<Name extends string>(
  predictions: Readonly<Record<Name, tf.Tensor2D>>,
  labels: tf.Tensor2D,
  lossesOf: (predictions: tf.Tensor2D, labels: tf.Tensor2D) => tf.Tensor,
): Record<Name, tf.Scalar> {
  const names = Object.keys(predictions) as Name[];
  const stacked = tf.concat(names.map((name) => predictions[name]));
  const losses = lossesOf(stacked, tf.tile(labels, [names.length, 1]));
  const means = tf.unstack(tf.mean(tf.reshape(losses, [names.length, -1]), 1));
  return Object.fromEntries(names.map((name, i) => [name, means[i]])) as Record<Name, tf.Scalar>;
}

/** The cross-entropy of each sample in nats, [batch, 1]. */
function sampleLosses(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor {
  // The gradient takes five kernels; that of the composed operations takes eleven.
  const losses = tf.customGrad((given, save) => {
    const logs = tf.logSoftmax(given as tf.Tensor2D);
    (save as tf.GradSaveFunc)([logs, labels]);
    return {
      value: tf.neg(tf.sum(tf.mul(labels, logs), 1, true)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [kept, truth] = saved as [tf.Tensor, tf.Tensor];
        return tf.mul(dy, tf.sub(tf.mul(tf.exp(kept), tf.sum(truth, 1, true)), truth));
      },
    };
  });
  return losses(logits);
}

/** The mean over its labels of each sample's cross-entropy in nats, [batch, 1]. */
function labelLosses(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor {
  // max(x, 0) - x y + log(1 + exp(-|x|)) stays finite for any x; its gradient is sigmoid(x) - y.
  const losses = tf.customGrad((given, save) => {
    const x = given as tf.Tensor2D;
    (save as tf.GradSaveFunc)([x, labels]);
    const rest = tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(x)))));
    return {
      value: tf.add(tf.sub(tf.relu(x), tf.mul(x, labels)), rest),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [kept, truth] = saved as [tf.Tensor, tf.Tensor];
        return tf.mul(dy, tf.sub(tf.sigmoid(kept), truth));
      },
    };
  });
  return tf.mean(losses(logits), 1, true);
}

/** The mean over its numbers of each sample's squared error, [batch, 1]. */
function numberLosses(predicted: tf.Tensor2D, numbers: tf.Tensor2D): tf.Tensor {
  return tf.mean(tf.squaredDifference(predicted, numbers), 1, true);
}

/**
 * Mean over samples of KL(latent || N(0, I)) in nats: an upper bound of what the latent tells about its input.
 * @throws Error when the latent comes from a plain layer: a point's divergence is infinite
 */
export function klToStandardNormal({ mean, logVariance }: Latent, weights?: tf.Tensor2D): tf.Scalar {
  if (logVariance === undefined) throw new Error("A plain latent has no divergence from a normal.");
  const terms = tf.sub(tf.add(tf.exp(logVariance), tf.square(mean)), tf.add(logVariance, 1));
  return weightedMean(tf.mul(0.5, tf.sum(terms, 1, true)), weights);
}

/** Mean squared error of a reconstruction; two [batch, width]. The target doesn't learn from it. */
export function reconstructionError(
  rebuilt: tf.Tensor2D,
  target: tf.Tensor2D,
  weights?: tf.Tensor2D,
): tf.Scalar {
  return weightedMean(tf.mean(tf.squaredDifference(rebuilt, stopGradient(target)), 1, true), weights);
}

/** The same values, through which no gradient flows back. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return untaped(() => tf.clone(x)) as T;
}

/** What a function computes, as if it came from outside: no gradient flows back through it, and none is worked out. */
export function untaped<T extends tf.Tensor>(compute: () => T): T {
  return tf.customGrad(() => ({ value: compute(), gradFunc: () => [] }))() as T;
}

/** The terms of a loss, as they are weighted in it, by the names they are logged under. */
export type Losses = Record<string, tf.Scalar>;

/** The sum of all terms. */
export function total(losses: Losses): tf.Scalar {
  return tf.addN(Object.values(losses));
}

/** All terms times a number, under the same names. */
export function scaled(factor: number, losses: Losses): Losses {
  return Object.fromEntries(Object.entries(losses).map(([name, loss]) => [name, tf.mul(loss, factor)]));
}

/**
 * Mean squared correlation between the features of u and those of r, in [0, 1]: zero when they are linearly unrelated.
 * It takes the place of an upper bound of I(U; R).
 * @param u [batch, width]
 * @param r [batch, width']
 */
export function crossCovariance(u: tf.Tensor2D, r: tf.Tensor2D): tf.Scalar {
  const standardised = (x: tf.Tensor2D) => {
    const centred = tf.sub(x, meanOverBatch(x, 0, true));
    return tf.mul(centred, tf.rsqrt(tf.add(meanOverBatch(tf.square(centred), 0, true), 1e-4))) as tf.Tensor2D;
  };
  const products = sumOverBatch(tf.matMul(tf.transpose(standardised(u)), standardised(r)));
  const correlation = tf.div(products, batchRows(u.shape[0]));
  return tf.mean(tf.square(correlation));
}
