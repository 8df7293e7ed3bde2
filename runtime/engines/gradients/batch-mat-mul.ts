import * as tf from "@tensorflow/tfjs-core";

/** The matrices themselves transposed: [batch, rows, columns] -> [batch, columns, rows]. */
function transposed(x: tf.Tensor): tf.Tensor {
  const last = x.rank - 1;
  const order = Array.from({ length: x.rank }, (_, i) => (i === last ? last - 1 : i === last - 1 ? last : i));
  return tf.transpose(x, order);
}

/**
 * The gradient of matrix multiplication. The published one asks the kernel to transpose, and the wasm kernel then falls on a
 * slow loop; this one transposes first and multiplies plainly.
 */
export function correctBatchMatMul(): void {
  tf.unregisterGradient(tf.BatchMatMul);
  tf.registerGradient({
    kernelName: tf.BatchMatMul,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved, attributes) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      const d = dy as tf.Tensor;
      const { transposeA, transposeB } = attributes as unknown as tf.BatchMatMulAttrs;
      const multiply = (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y);
      if (!transposeA && !transposeB) {
        return { a: () => multiply(d, transposed(b)), b: () => multiply(transposed(a), d) };
      }
      if (!transposeA) return { a: () => multiply(d, b), b: () => multiply(transposed(d), a) };
      if (!transposeB) return { a: () => multiply(b, transposed(d)), b: () => multiply(a, d) };
      return {
        a: () => multiply(transposed(b), transposed(d)),
        b: () => multiply(transposed(d), transposed(a)),
      };
    },
  });
}
