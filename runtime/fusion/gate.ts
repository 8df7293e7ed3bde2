import * as tf from "@tensorflow/tfjs-core";

/**
 * Shares of the components: softmax over those that a sample can use.
 * @param scores [batch, components]
 * @param usable [batch, components] of ones and zeros, in the same order; left out when nothing can be missing. A sample
 *   that can use none keeps the softmax over all.
 * @returns [batch, components]; rows sum to 1
 */
export function gateShares(scores: tf.Tensor2D, usable?: tf.Tensor2D): tf.Tensor2D {
  if (usable === undefined) return tf.softmax(scores);
  return tf.softmax(tf.add(scores, tf.mul(tf.sub(usable, 1), 1e9)) as tf.Tensor2D);
}

/**
 * One [batch, 1] a component, by name, from shares [batch, components].
 */
export function shareColumns<Component extends string>(
  components: readonly Component[],
  shares: tf.Tensor2D,
): Record<Component, tf.Tensor2D> {
  const columns = tf.split(shares, components.length, 1);
  return Object.fromEntries(components.map((name, i) => [name, columns[i]])) as Record<
    Component,
    tf.Tensor2D
  >;
}

/** The components' logits [batch, classes], mixed by their shares [batch, 1]: sum_c g_c y_c. */
export function mixture<Component extends string>(
  shares: Readonly<Record<Component, tf.Tensor2D>>,
  logits: Readonly<Record<NoInfer<Component>, tf.Tensor2D>>,
): tf.Tensor2D {
  const entries = Object.entries(shares) as [Component, tf.Tensor2D][];
  return tf.addN(entries.map(([name, share]) => tf.mul(share, logits[name]))) as tf.Tensor2D;
}
