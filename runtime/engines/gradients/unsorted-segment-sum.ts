import * as tf from "@tensorflow/tfjs-core";
import { asTensor, registerComposed } from "./composed-kernel.js";

/**
 * Sums the rows of x that have the same segment, which is the gradient of gathering rows (embeddings): as a product with the
 * segments' one-hot rows. wasm has no kernel of its own.
 */
export function addUnsortedSegmentSum(): void {
  registerComposed(tf.UnsortedSegmentSum, ({ x, segmentIds }, attributes) => {
    const { numSegments } = attributes as unknown as tf.UnsortedSegmentSumAttrs;
    const tensor = asTensor(x);
    const [rows = 0, ...rest] = tensor.shape;
    const flat = tf.reshape(tensor, [rows, -1]) as tf.Tensor2D;
    const segments = tf.transpose(tf.oneHot(asTensor(segmentIds) as tf.Tensor1D, numSegments)) as tf.Tensor2D;
    return tf.reshape(tf.matMul(tf.cast(segments, "float32") as tf.Tensor2D, flat), [numSegments, ...rest]);
  });
}
