import * as tf from "@tensorflow/tfjs-core";
import type { Context } from "../layers/layer.js";
import { mapEncodings, type Encodings } from "./encodings.js";

/*
 * The weak supervision of interaction experts, I2MoE (Xin et al., ICML 2025, arXiv 2505.19190): what an expert predicts is held
 * against what it predicts when a modality is replaced by noise. Predictions are logits, [batch, classes].
 */

/** Encodings in which one modality's is noise, drawn from a standard normal. */
export function replaceModality<Modality extends string>(
  encodings: Encodings<Modality>,
  modality: NoInfer<Modality>,
  { random }: Context,
): Encodings<Modality> {
  return mapEncodings(encodings, (name, encoding) => {
    if (name !== modality) return encoding;
    const noise = random.values(encoding.shape, (stream) => stream.normal());
    return tf.tensor2d(noise, encoding.shape);
  });
}

/** Distance by which the prediction without the own modality must be the further one. */
const margin = 1;

/**
 * The loss of an expert of what one modality alone tells: without any other modality its prediction should stay near the full one, without its own it should
 * not. max(0, d(full, other) - d(full, own) + 1), d Euclidean, the mean over the others and over samples.
 */
export function uniquenessLoss(
  full: tf.Tensor2D,
  withoutOwn: tf.Tensor2D,
  withoutOthers: readonly tf.Tensor2D[],
): tf.Scalar {
  const own = distance(full, withoutOwn);
  const losses = withoutOthers.map((other) =>
    tf.mean(tf.relu(tf.add(tf.sub(distance(full, other), own), margin))),
  );
  return tf.div(tf.addN(losses), losses.length);
}

/** The loss of an expert of what only all together tell: the mean cosine of the full prediction and those without a modality, in [-1, 1]. */
export function synergyLoss(full: tf.Tensor2D, without: readonly tf.Tensor2D[]): tf.Scalar {
  return tf.div(tf.addN(without.map((prediction) => tf.mean(cosine(full, prediction)))), without.length);
}

/** The loss of an expert of what any modality tells: 1 - the mean cosine of the full prediction and those without a modality, in [0, 2]. */
export function redundancyLoss(full: tf.Tensor2D, without: readonly tf.Tensor2D[]): tf.Scalar {
  return tf.sub(1, synergyLoss(full, without));
}

function distance(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor {
  return tf.sqrt(tf.add(tf.sum(tf.squaredDifference(a, b), 1), 1e-12));
}

function cosine(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor {
  const length = (x: tf.Tensor2D) => tf.sqrt(tf.add(tf.sum(tf.square(x), 1), 1e-12));
  return tf.div(tf.sum(tf.mul(a, b), 1), tf.mul(length(a), length(b)));
}
