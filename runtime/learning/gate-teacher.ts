import * as tf from "@tensorflow/tfjs-core";
import { evidence } from "../fusion/evidence.js";
import { untaped } from "./losses.js";

/** An atom of the pointwise decomposition of what two modalities tell: redundant, unique to the first or the second, synergistic. */
export type Atom = "r" | "u1" | "u2" | "s";

/**
 * What labelled samples consist of, by a model's own predictions: with i what a prediction tells of the true class beyond chance, in nats, r = min(i1, i2),
 * u1 = i1 - r, u2 = i2 - r, s = i12 - i1 - i2 + r, what is negative taken as 0, divided by their sum. Nothing learns from it.
 * @param alone what either modality tells of each class by itself, [batch, classes]
 * @param logits the prediction of both, [batch, classes]
 * @param labels one-hot, [batch, classes], times the weight of the sample
 * @param atoms those to tell, in this order
 * @returns [batch, atoms]; zeros for a sample of which nothing is told
 */
export function pidComposition(
  alone: readonly [tf.Tensor2D, tf.Tensor2D],
  logits: tf.Tensor2D,
  labels: tf.Tensor2D,
  atoms: readonly Atom[],
): tf.Tensor2D {
  return untaped<tf.Tensor2D>(() => {
    const weights = tf.maximum(tf.sum(labels, 1, true), 1e-12);
    const of = (told: tf.Tensor2D) => tf.div(tf.sum(tf.mul(told, labels), 1, true), weights) as tf.Tensor2D;
    const [i1, i2, both] = [of(alone[0]), of(alone[1]), of(evidence(logits))];
    const r = tf.minimum(i1, i2);
    const parts: Record<Atom, tf.Tensor> = {
      r,
      u1: tf.sub(i1, r),
      u2: tf.sub(i2, r),
      s: tf.sub(both, tf.maximum(i1, i2)),
    };
    const found = tf.maximum(
      tf.concat(
        atoms.map((atom) => parts[atom]),
        1,
      ),
      0,
    );
    const all = tf.sum(found, 1, true);
    return tf.mul(tf.div(found, tf.add(all, 1e-6)), tf.cast(tf.greater(all, 0.05), "float32"));
  });
}

/**
 * Teaches which interaction a sample is to be answered by: -sum_c q_c log p(c, y | x), the cross-entropy of interaction and class together, so that
 * the interaction named learns to tell the class too. A sample counts the more the surer it is what it consists of: 1 less the entropy of q over its largest.
 * @param told what each interaction tells of each class, [batch, classes]
 * @param scores the gate's, [batch, interactions], in the order of `told`
 * @param composition q, [batch, interactions]
 * @param labels one-hot, [batch, classes], times the weight of the sample
 */
export function interactionLesson(
  told: Readonly<Record<string, tf.Tensor2D>>,
  scores: tf.Tensor2D,
  composition: tf.Tensor2D,
  labels: tf.Tensor2D,
): tf.Scalar {
  const sureness = untaped(() => {
    const logs = tf.log(tf.add(composition, 1e-6));
    const entropy = tf.neg(tf.sum(tf.mul(composition, logs), 1));
    return tf.sub(1, tf.div(entropy, Math.log(composition.shape[1])));
  });
  const all = tf.add(tf.stack(Object.values(told), 1), tf.expandDims(scores, 2));
  const ofClass = tf.sum(tf.mul(all, tf.expandDims(labels, 1)), 2);
  const whole = tf.mul(tf.logSumExp(all, [1, 2]), tf.sum(labels, 1));
  const joint = tf.sub(ofClass, tf.expandDims(whole, 1));
  return tf.neg(tf.mean<tf.Scalar>(tf.mul(sureness, tf.sum(tf.mul(composition, joint), 1))));
}
