import * as tf from "@tensorflow/tfjs-core";
import { zeros, type Scope } from "../layers/parameters.js";
import { presentMean } from "./merge.js";

/** How much each modality counts in an ensemble. */
export interface ModalityWeights {
  /**
   * @param present one [batch, 1] a modality; left out when nothing can be missing
   * @returns one [batch or 1, 1] a modality: the softmax of the learned scores over the present ones; they sum to 1
   */
  apply(present?: readonly tf.Tensor2D[]): tf.Tensor2D[];
}

/** Learned weights of the modalities, equal at first; they take the place of `present` in an ensemble. */
export function modalityWeights({ modalities }: { modalities: number }): (scope: Scope) => ModalityWeights {
  return (scope) => {
    const scores = scope.add("scores", [modalities], zeros);
    return {
      apply(present) {
        const open = tf.reshape(scores, [1, modalities]);
        if (present === undefined) return tf.split(tf.softmax(open), modalities, 1) as tf.Tensor2D[];
        const there = tf.concat([...present], 1);
        // Where nothing is there, nothing counts.
        const shares = tf.mul(tf.softmax(tf.add(open, tf.mul(tf.sub(there, 1), 1e9))), there);
        return tf.split(shares, modalities, 1) as tf.Tensor2D[];
      },
    };
  };
}

/**
 * Mean of the modalities' predicted probabilities, over the present ones.
 * @param logits one [batch, classes] a modality
 * @param present one [batch, 1] a modality, or their weights; left out when nothing can be missing
 * @returns logits of the mean, [batch, classes]
 */
export function ensemble(logits: readonly tf.Tensor2D[], present?: readonly tf.Tensor2D[]): tf.Tensor2D {
  const probabilities = logits.map((values) => tf.softmax(values) as tf.Tensor2D);
  return tf.log(tf.maximum(presentMean(probabilities, present), 1e-12)) as tf.Tensor2D;
}

/**
 * The same of labels that are true or false each by themselves: the mean of the probabilities of each.
 * @param logits one [batch, labels] a modality
 * @param present one [batch, 1] a modality, or their weights; left out when nothing can be missing
 * @returns logits of the mean, [batch, labels]
 */
export function labelEnsemble(logits: readonly tf.Tensor2D[], present?: readonly tf.Tensor2D[]): tf.Tensor2D {
  const probabilities = logits.map((values) => tf.sigmoid(values) as tf.Tensor2D);
  // float32 has no number between 1 - 6e-8 and 1.
  const mean = tf.clipByValue(presentMean(probabilities, present), 1e-7, 1 - 1e-7);
  return tf.sub(tf.log(mean), tf.log(tf.sub(1, mean))) as tf.Tensor2D;
}

/**
 * Mean of the modalities' predicted numbers, over the present ones.
 * @param numbers one [batch, numbers] a modality
 * @param present one [batch, 1] a modality, or their weights; left out when nothing can be missing
 */
export function numberEnsemble(
  numbers: readonly tf.Tensor2D[],
  present?: readonly tf.Tensor2D[],
): tf.Tensor2D {
  return presentMean(numbers, present);
}
