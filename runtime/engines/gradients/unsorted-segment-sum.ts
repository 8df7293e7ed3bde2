import * as tf from "@tensorflow/tfjs-core";

/**
 * Sums the rows of x that have the same segment, which is the gradient of gathering rows (embeddings): as a product with the
 * segments' one-hot rows. wasm has no kernel of its own.
 */
export function addUnsortedSegmentSum(): void {
  tf.registerKernel({
    kernelName: tf.UnsortedSegmentSum,
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs }) => {
      const { x, segmentIds } = inputs as unknown as { x: tf.Tensor; segmentIds: tf.Tensor1D };
      const { numSegments } = attrs as unknown as tf.UnsortedSegmentSumAttrs;
      return tf.tidy(() => {
        const [rows = 0, ...rest] = x.shape;
        const flat = tf.reshape(asTensor(x), [rows, -1]) as tf.Tensor2D;
        const segments = tf.transpose(
          tf.oneHot(asTensor(segmentIds) as tf.Tensor1D, numSegments),
        ) as tf.Tensor2D;
        return tf.reshape(tf.matMul(tf.cast(segments, "float32") as tf.Tensor2D, flat), [
          numSegments,
          ...rest,
        ]);
      });
    },
  });
}

/** Kernels are given what tensors stand for; operations want tensors. */
function asTensor(info: tf.TensorInfo): tf.Tensor {
  return info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info);
}
