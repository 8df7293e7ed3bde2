import * as tf from "@tensorflow/tfjs-core";
import type { Context } from "../layers/layer.js";
import { meanOverBatch } from "../parallel/whole-batch.js";

/*
 * Interaction and class inferred together: p(c, y | x) is proportional to exp(g_c(x) + e_c(y)), where e_c is what interaction c tells of each class
 * beyond chance and g the gate's scores. The answer is the sum over the interactions, a share is the sum over the classes: the
 * posterior of the interaction. Samples of data whose interaction is hidden have just this posterior (mixture of experts, Jacobs et al. 1991; the
 * redundant expert is a product of experts, Hinton 2002).
 */

/**
 * What a prediction tells of each class beyond chance: log p(y) - log 1/C in nats, [batch, classes]; its exponential has the mean 1.
 * @param logits [batch, classes]
 * @param present [batch, 1]: where it is 0 the prediction tells nothing; left out when nothing can be missing
 */
export function evidence(logits: tf.Tensor2D, present?: tf.Tensor2D): tf.Tensor2D {
  const told = tf.add(tf.logSoftmax(logits), Math.log(logits.shape[1])) as tf.Tensor2D;
  return present === undefined ? told : tf.mul(told, present);
}

/** The same of a prediction that each modality's view makes by itself, with one head. */
export function opinions<Modality extends string>(
  head: { apply(view: tf.Tensor2D, context: Context): tf.Tensor2D },
  views: Readonly<Record<Modality, tf.Tensor2D>>,
  context: Context,
  present?: Readonly<Record<NoInfer<Modality>, tf.Tensor2D>>,
): Record<Modality, tf.Tensor2D> {
  const told = Object.entries<tf.Tensor2D>(views).map(([name, view]) => [
    name,
    evidence(head.apply(view, context), present?.[name as Modality]),
  ]);
  return Object.fromEntries(told) as Record<Modality, tf.Tensor2D>;
}

/** What independent opinions tell together: their sum, [batch, classes], that of a product of experts. It is the larger the more they agree. */
export function productOfExperts(told: Readonly<Record<string, tf.Tensor2D>>): tf.Tensor2D {
  return tf.addN(Object.values(told));
}

/**
 * Mean over samples of how many other modalities are asked: what one modality can tell is not to be asked of several.
 * @param shares [batch, interactions]
 * @param others of each interaction, the modalities that it reads besides the first
 */
export function parsimony(shares: tf.Tensor2D, others: readonly number[]): tf.Scalar {
  return tf.mean(tf.sum(tf.mul(shares, tf.tensor1d([...others])), 1));
}

/**
 * How much scores vary from sample to sample: the mean square of their distance from the batch's mean. What they have in common, how often each
 * interaction is to be expected, isn't counted.
 * @param scores [batch, interactions]
 */
export function variation(scores: tf.Tensor2D): tf.Scalar {
  return tf.mean(tf.square(tf.sub(scores, meanOverBatch(scores, 0, true))));
}

/**
 * Infers interaction and class together.
 * @param told what each interaction tells of each class, [batch, classes]
 * @param scores the gate's, [batch, interactions], in the order of `told`
 * @returns log-probabilities of the classes, [batch, classes], and the posterior of the interactions, [batch, interactions]
 */
export function inferInteraction(
  told: Readonly<Record<string, tf.Tensor2D>>,
  scores: tf.Tensor2D,
): { logits: tf.Tensor2D; shares: tf.Tensor2D } {
  const all = tf.add(tf.stack(Object.values(told), 1), tf.expandDims(scores, 2));
  const byInteraction = tf.logSumExp(all, 2) as tf.Tensor2D;
  const byClass = tf.logSumExp(all, 1) as tf.Tensor2D;
  return { logits: tf.logSoftmax(byClass), shares: tf.softmax(byInteraction) };
}
