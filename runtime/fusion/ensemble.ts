import * as tf from "@tensorflow/tfjs-core";
import { presentMean } from "./merge.js";

/**
 * Mean of the modalities' predicted probabilities, over the present ones.
 * @param logits one [batch, classes] a modality
 * @param present one [batch, 1] a modality; left out when nothing can be missing
 * @returns logits of the mean, [batch, classes]
 */
export function ensemble(logits: readonly tf.Tensor2D[], present?: readonly tf.Tensor2D[]): tf.Tensor2D {
  const probabilities = logits.map((values) => tf.softmax(values) as tf.Tensor2D);
  return tf.log(tf.maximum(presentMean(probabilities, present), 1e-12)) as tf.Tensor2D;
}
