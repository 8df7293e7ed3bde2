import * as tf from "@tensorflow/tfjs-core";
import { scaleGradient } from "./scale-gradient.js";

/** One [batch, width] a modality. */
type Encodings<Modality extends string> = Record<Modality, tf.Tensor2D>;

/**
 * On-the-fly gradient modulation, OGM (Peng et al., CVPR 2022, arXiv 2203.15332): the encodings, through which less gradient
 * flows back where their modality leads. What each modality contributes to the logits is told by the fusion with all others at
 * zero, less its bias but for a share: of a linear fusion that is W z + b / modalities, as in the paper.
 * @param encodings one [batch, width] a modality
 * @param fuse the logits [batch, classes] of such encodings
 * @param labels one-hot, [batch, classes]
 * @param alpha how much a lead slows down, from 0
 */
export function modulateGradients<Modality extends string>(
  encodings: Encodings<Modality>,
  fuse: (encodings: Encodings<Modality>) => tf.Tensor2D,
  labels: tf.Tensor2D,
  alpha: number,
): Encodings<Modality> {
  const names = Object.keys(encodings) as Modality[];
  const silent = tf.mul(
    fuse(mapped(encodings, (_, encoding) => tf.zeros([1, encoding.shape[1]]))),
    1 - 1 / names.length,
  );
  const scores = names.map((name) => {
    const alone = mapped(encodings, (other, encoding) => (other === name ? encoding : tf.zerosLike(encoding)));
    return trueProbability(tf.sub(fuse(alone), silent), labels);
  });
  const coefficients = modulationCoefficients(scores, alpha);
  return mapped(encodings, (name, encoding) =>
    scaleGradient(encoding, coefficients[names.indexOf(name)] as tf.Scalar),
  );
}

/**
 * k = 1 - tanh(alpha rho) of a modality that leads, rho > 1, and 1 of one that doesn't. rho is a modality's score over that of the
 * other; with more than two modalities, where the paper says nothing, over the mean of the others.
 * @param scores how much of its probability each modality gives the true classes, summed over a batch
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

/** The sum over a batch of the probability of the true class. */
export function trueProbability(logits: tf.Tensor, labels: tf.Tensor2D): tf.Scalar {
  return tf.sum(tf.mul(tf.softmax(logits), labels));
}

function mapped<Modality extends string>(
  encodings: Encodings<Modality>,
  change: (name: Modality, encoding: tf.Tensor2D) => tf.Tensor2D,
): Encodings<Modality> {
  const entries = Object.entries(encodings) as [Modality, tf.Tensor2D][];
  return Object.fromEntries(
    entries.map(([name, encoding]) => [name, change(name, encoding)]),
  ) as Encodings<Modality>;
}
