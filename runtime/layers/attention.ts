import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";
import { realOf } from "./padded.js";
import { glorotUniform, zeros } from "./parameters.js";

export interface AttentionOptions {
  /** Features of a moment; a multiple of `heads`. */
  features: number;
  heads: number;
}

/**
 * Multi-head self-attention (Vaswani et al. 2017, arXiv 1706.03762, equations of section 3.2): [batch, time, features] -> the same shape. Every moment
 * looks at all that aren't padding; the order of the moments means nothing to it.
 *
 *     head = softmax(Q K' / sqrt(features / heads)) V     output = [head, head, ...] W
 */
export function attention({ features, heads }: AttentionOptions): LayerMaker {
  const width = features / heads;
  return (scope) => {
    // Queries, keys and values of all heads in one product.
    const kernel = scope.add("kernel", [features, 3 * features], glorotUniform, features, features);
    const bias = scope.add("bias", [3 * features], zeros);
    const outKernel = scope.add("output.kernel", [features, features], glorotUniform, features, features);
    const outBias = scope.add("output.bias", [features], zeros);
    return {
      apply(x, context) {
        const real = realOf(x, context);
        const [batch = 0, time = 0] = x.shape;
        const flat = tf.reshape(x, [batch * time, features]) as tf.Tensor2D;
        const all = tf.add(tf.matMul(flat, kernel as tf.Variable<tf.Rank.R2>), bias);
        const parts = tf.split(tf.reshape(all, [batch * time, 3, heads, width]), 3, 1);
        const byHead = parts.map((part) =>
          tf.reshape(tf.transpose(tf.reshape(part, [batch, time, heads, width]), [0, 2, 1, 3]), [
            batch * heads,
            time,
            width,
          ]),
        );
        const [queries, keys, values] = byHead as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
        const scores = tf.matMul(tf.mul(queries, 1 / Math.sqrt(width)), tf.transpose(keys, [0, 2, 1]));
        const open = real === undefined ? scores : closed(scores, real, heads);
        const found = tf.reshape(tf.matMul(tf.softmax(open), values), [batch, heads, time, width]);
        // Where nothing is real, nothing is seen.
        const seen =
          real === undefined ? found : tf.mul(found, tf.reshape(tf.max(real, 1), [batch, 1, 1, 1]));
        const joined = tf.reshape(tf.transpose(seen, [0, 2, 1, 3]), [batch * time, features]) as tf.Tensor2D;
        const output = tf.add(tf.matMul(joined, outKernel as tf.Variable<tf.Rank.R2>), outBias);
        return tf.reshape(output, [batch, time, features]);
      },
    };
  };
}

/** Scores, [batch x heads, asking, asked], by which no moment that is padding is looked at. */
function closed(scores: tf.Tensor, real: tf.Tensor2D, heads: number): tf.Tensor {
  const [batch, time] = real.shape;
  const bias = tf.reshape(tf.mul(tf.sub(real, 1), 1e9), [batch, 1, 1, time]);
  return tf.reshape(tf.add(tf.reshape(scores, [batch, heads, time, time]), bias), scores.shape);
}
