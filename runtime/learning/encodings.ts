import type * as tf from "@tensorflow/tfjs-core";

/** What each modality was encoded to, [batch, width] each. */
export type Encodings<Modality extends string = string> = Record<Modality, tf.Tensor2D>;

/** The logits [batch, classes] that a model gives for some encodings. */
export type Fuse<Modality extends string> = (encodings: Encodings<Modality>) => tf.Tensor2D;

/** Encodings with each modality's changed. */
export function mapEncodings<Modality extends string>(
  encodings: Encodings<Modality>,
  change: (name: Modality, encoding: tf.Tensor2D) => tf.Tensor2D,
): Encodings<Modality> {
  const entries = Object.entries(encodings) as [Modality, tf.Tensor2D][];
  return Object.fromEntries(
    entries.map(([name, encoding]) => [name, change(name, encoding)]),
  ) as Encodings<Modality>;
}
