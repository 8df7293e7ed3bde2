import * as tf from "@tensorflow/tfjs-core";
import { sumOverBatch } from "../parallel/whole-batch.js";
import { mapEncodings, type Encodings, type Fuse } from "./encodings.js";
import { untaped } from "./losses.js";
import { scaleGradient } from "./scale-gradient.js";

/**
 * On-the-fly gradient modulation, OGM (Peng et al., CVPR 2022, arXiv 2203.15332): the same encodings, through which less
 * gradient flows back to the encoder of a modality that leads. What a modality contributes to the logits is told by the fusion with all others
 * at zero, less its bias but for a share: with a linear fusion that is W z + b / modalities, as in the paper.
 * @param encodings one [batch, width] a modality
 * @param fuse the logits [batch, classes] of such encodings
 * @param labels one-hot, [batch, classes]
 * @param alpha how much a lead slows down, from 0
 * @param score how much probability some logits give to what is true, summed over a batch
 */
export function modulateGradients<Modality extends string>(
  encodings: Encodings<Modality>,
  fuse: Fuse<Modality>,
  labels: tf.Tensor2D,
  { alpha, score = trueProbability }: { alpha: number; score?: typeof trueProbability },
): Encodings<Modality> {
  const names = Object.keys(encodings) as Modality[];
  const coefficients = untaped(() => {
    const bias = fuse(mapEncodings(encodings, (_name, encoding) => tf.zerosLike(encoding)));
    const scores = names.map((name) => {
      const alone = mapEncodings(encodings, (other, encoding) =>
        other === name ? encoding : tf.zerosLike(encoding),
      );
      return score(tf.sub(fuse(alone), tf.mul(bias, 1 - 1 / names.length)), labels);
    });
    const whole = tf.unstack(sumOverBatch(tf.stack(scores))) as tf.Scalar[];
    return tf.stack(modulationCoefficients(whole, alpha));
  });
  const factors = tf.unstack(coefficients);
  return mapEncodings(encodings, (name, encoding) =>
    scaleGradient(encoding, factors[names.indexOf(name)] as tf.Scalar),
  );
}

/**
 * k = 1 - tanh(alpha rho) of a modality that leads, rho > 1, and 1 of one that doesn't. rho is a modality's score over that of the
 * other; with more than two modalities, of which the paper says nothing, over the mean of the others.
 * @param scores how much probability each modality gives the true classes, summed over a batch
 */
export function modulationCoefficients(scores: readonly tf.Scalar[], alpha: number): tf.Scalar[] {
  const all = tf.addN([...scores]);
  return scores.map((score) => {
    const others = tf.div(tf.sub(all, score), scores.length - 1);
    const lead = tf.div(score, tf.maximum(others, 1e-12));
    const slowed = tf.sub(1, tf.tanh(tf.mul(alpha, lead)));
    return tf.where(tf.greater(lead, 1), slowed, tf.onesLike(slowed)) as tf.Scalar;
  });
}

/** The sum over a batch of the mean probability of what is true of each label: for targets of several labels, of which the paper says nothing. */
export function trueLabelProbability(logits: tf.Tensor, labels: tf.Tensor2D): tf.Scalar {
  const probability = tf.sigmoid(logits);
  const right = tf.add(tf.mul(probability, labels), tf.mul(tf.sub(1, probability), tf.sub(1, labels)));
  return tf.sum(tf.mean(right, 1));
}

/** The sum over a batch of the probability of the true class. */
export function trueProbability(logits: tf.Tensor, labels: tf.Tensor2D): tf.Scalar {
  return tf.sum(tf.mul(tf.softmax(logits), labels));
}
