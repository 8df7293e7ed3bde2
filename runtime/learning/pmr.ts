import * as tf from "@tensorflow/tfjs-core";
import { eachBatch } from "../data/batches.js";
import { Random } from "../data/random.js";
import type { Samples } from "../data/samples.js";
import type { Context } from "../layers/layer.js";
import type { Scope } from "../layers/parameters.js";
import { sumOverBatch, weightedMean } from "../parallel/whole-batch.js";
import { toTensors, type TensorBatch } from "./batch.js";
import { mapEncodings, type Encodings } from "./encodings.js";
import { crossEntropy, untaped, type Losses } from "./losses.js";

/** What the prototypes need of a model. */
export interface Encoder<Inputs, Modality extends string> {
  encode(batch: TensorBatch<Inputs>, context: Context): Encodings<Modality>;
}

export interface Prototypes<Modality extends string> {
  /** Moves the prototypes towards the mean encoding of each class in all samples, as the model encodes when predicting. */
  update<Inputs>(model: Encoder<Inputs, Modality>, samples: Samples, epoch: number): Promise<void>;
  /** The terms that help a modality that lags and, in the first epochs, hold back one that leads. */
  rebalance(encodings: Encodings<Modality>, batch: TensorBatch<unknown>): Losses;
}

/**
 * Prototypical modal rebalance, PMR (Fan et al., CVPR 2023, arXiv 2211.07089). A prototype is the mean encoding of a class; softmax over
 * the negative distances to them is a classifier of one modality. Its cross-entropy, weighted by how far the modality lags, helps it; its entropy, weighted
 * by how far the modality leads, is kept up in the first epochs.
 */
export function prototypes<Modality extends string>({
  widths,
  classes,
  alpha,
  mu,
  regularised,
  momentum,
}: {
  /** Of each modality's encoding. */
  widths: Record<Modality, number>;
  classes: number;
  /** Weight of the prototypical cross-entropy. */
  alpha: number;
  /** Weight of the prototypical entropy. */
  mu: number;
  /** Epochs with the entropy. */
  regularised: number;
  /** Share of the old prototypes in the new ones. */
  momentum: number;
}): (scope: Scope) => Prototypes<Modality> {
  return (scope) => {
    const names = Object.keys(widths) as Modality[];
    const centres = Object.fromEntries(
      names.map((name) => [name, scope.addState(name, [classes, widths[name]])]),
    ) as Record<Modality, tf.Variable<tf.Rank.R2>>;
    const current = scope.addState("epoch", []);
    return {
      async update(model, samples, epoch) {
        const means = await classMeans(model, samples, names, classes);
        tf.tidy(() => {
          current.assign(tf.scalar(epoch));
          for (const name of names) {
            const old = centres[name];
            const moved = tf.add(tf.mul(old, momentum), tf.mul(means[name], 1 - momentum)) as tf.Tensor2D;
            old.assign(epoch === 1 ? means[name] : moved);
          }
        });
        names.forEach((name) => means[name].dispose());
      },
      rebalance(encodings, { labels, present }) {
        const presence = present as Record<string, tf.Tensor2D>;
        const logits = mapEncodings(encodings, (name, encoding) => prototypeLogits(encoding, centres[name]));
        const scores = names.map((name) =>
          untaped((): tf.Scalar => {
            const right = tf.mul(tf.softmax(logits[name]), labels);
            return sumOverBatch(tf.sum(tf.mul(right, presence[name] as tf.Tensor2D)));
          }),
        );
        const early = untaped(() => tf.cast(tf.lessEqual(current, regularised), "float32"));
        const terms = names.flatMap((name, m) => {
          const { lag, lead } = standing(scores, m);
          const help = crossEntropy(logits[name], labels, presence[name]);
          const entropy = tf.mul(meanEntropy(logits[name], presence[name] as tf.Tensor2D), early);
          return [
            [`prototypes.${name}`, tf.mul(tf.mul(lag, alpha), help)],
            [`entropy.${name}`, tf.mul(tf.mul(lead, -mu), entropy)],
          ] as const;
        });
        return Object.fromEntries(terms) as Losses;
      },
    };
  };
}

/** Minus the Euclidean distance of each encoding [batch, width] to each prototype [classes, width]: [batch, classes]. */
export function prototypeLogits(encodings: tf.Tensor2D, centres: tf.Tensor2D): tf.Tensor2D {
  const squares = (x: tf.Tensor2D) => tf.sum(tf.square(x), 1, true);
  const products = tf.matMul(encodings, tf.transpose(centres));
  const apart = tf.sub(tf.add(squares(encodings), tf.transpose(squares(centres))), tf.mul(2, products));
  // Rounding can make a square negative, and the root has no slope at 0.
  return tf.neg(tf.sqrt(tf.maximum(apart, 1e-6))) as tf.Tensor2D;
}

/**
 * How far a modality lags behind the best and leads over the worst, both in [0, 1]: clip(best / own - 1) and clip(own / worst - 1). With two
 * modalities these are the paper's clip(0, 1 / rho - 1, 1) and clip(0, rho - 1, 1).
 * @param scores how much probability the prototypes of each modality give the true classes
 */
export function standing(
  scores: readonly tf.Scalar[],
  modality: number,
): { lag: tf.Tensor; lead: tf.Tensor } {
  const share = (a: tf.Tensor, b: tf.Tensor) =>
    tf.clipByValue(tf.sub(tf.div(a, tf.maximum(b, 1e-12)), 1), 0, 1);
  const own = scores[modality] as tf.Scalar;
  return {
    lag: share(
      scores.reduce((a, b) => tf.maximum(a, b)),
      own,
    ),
    lead: share(
      own,
      scores.reduce((a, b) => tf.minimum(a, b)),
    ),
  };
}

/** Mean entropy in nats of softmax(logits) over the samples whose weight isn't 0. */
function meanEntropy(logits: tf.Tensor2D, weights: tf.Tensor2D): tf.Scalar {
  const logs = tf.logSoftmax(logits);
  const entropies = tf.neg(tf.sum(tf.mul(tf.exp(logs), logs), 1, true));
  return weightedMean(entropies, weights);
}

/** The mean encoding of each class, [classes, width] a modality; the caller disposes of them. */
async function classMeans<Inputs, Modality extends string>(
  model: Encoder<Inputs, Modality>,
  samples: Samples,
  names: readonly Modality[],
  classes: number,
): Promise<Record<Modality, tf.Tensor2D>> {
  const context: Context = { training: false, random: new Random(0), temperature: 0 };
  const sums = new Map<Modality, { values: Float64Array; counts: Float64Array }>();
  for await (const batch of eachBatch(samples, 256)) {
    const parts = tf.tidy(() => {
      const tensors = toTensors<Inputs>(batch, samples);
      const encodings = model.encode(tensors, context);
      const presence = tensors.present as Record<string, tf.Tensor2D>;
      return names.map((name) => {
        const members = tf.mul(tensors.labels, presence[name] as tf.Tensor2D) as tf.Tensor2D;
        return { name, sums: tf.matMul(tf.transpose(members), encodings[name]), counts: tf.sum(members, 0) };
      });
    });
    const read = parts.map(async (part) => ({
      name: part.name,
      values: await part.sums.data(),
      counts: await part.counts.data(),
    }));
    for (const { name, values, counts } of await Promise.all(read)) {
      const sum = sums.get(name) ?? {
        values: new Float64Array(values.length),
        counts: new Float64Array(classes),
      };
      values.forEach((value, i) => (sum.values[i] = (sum.values[i] as number) + value));
      counts.forEach((value, c) => (sum.counts[c] = (sum.counts[c] as number) + value));
      sums.set(name, sum);
    }
    tf.dispose(parts.map(({ sums: of, counts }) => [of, counts]));
  }
  const means = [...sums].map(([name, { values, counts }]) => {
    const width = values.length / classes;
    const mean = Float32Array.from(
      values,
      (value, i) => value / Math.max(1, counts[Math.floor(i / width)] as number),
    );
    return [name, tf.tensor2d(mean, [classes, width])] as const;
  });
  return Object.fromEntries(means) as Record<Modality, tf.Tensor2D>;
}
