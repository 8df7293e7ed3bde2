import * as tf from "@tensorflow/tfjs-core";
import { lastTwoExchanged } from "../simd/last-axes.js";
import { replaceKernel } from "./replace-kernel.js";

/** The matrices themselves transposed: [batch, rows, columns] -> [batch, columns, rows]. */
function transposed(x: tf.Tensor): tf.Tensor {
  return tf.transpose(x, lastTwoExchanged(x.rank));
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

/**
 * Products of transposed matrices, and fused ones with bias and activation, for whatever asks the kernels for them: transposed first and multiplied
 * plainly.
 */
export function correctTransposedProducts(): void {
  for (const kernelName of [tf.BatchMatMul, tf._FusedMatMul]) {
    const plain = tf.getKernel(kernelName, "wasm");
    const transpose = tf.getKernel(tf.Transpose, "wasm");
    if (plain === undefined || transpose === undefined) continue;
    replaceKernel<tf.BatchMatMulAttrs>(kernelName, ({ inputs, attributes, heap }) => {
      const { transposeA, transposeB } = attributes;
      if (!transposeA && !transposeB) return undefined;
      const backend = heap as never;
      const made: tf.TensorInfo[] = [];
      const turned = (x: tf.TensorInfo | undefined, asked: boolean) => {
        if (x === undefined || !asked) return x;
        const perm = lastTwoExchanged(x.shape.length);
        const info = transpose.kernelFunc({ inputs: { x }, attrs: { perm }, backend }) as tf.TensorInfo;
        made.push(info);
        return info;
      };
      const [a, b] = [turned(inputs.a, transposeA), turned(inputs.b, transposeB)];
      const attrs = { ...attributes, transposeA: false, transposeB: false };
      const factors = { ...inputs, a, b } as tf.NamedTensorInfoMap;
      const product = plain.kernelFunc({ inputs: factors, attrs: attrs as never, backend });
      for (const { dataId } of made) heap.disposeData(dataId);
      return product as tf.TensorInfo;
    });
  }
}
