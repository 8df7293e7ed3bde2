import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "./heap.js";

/**
 * The published wasm kernel copies the whole tensor before it takes its slice. Cutting one vector into all the weights of a
 * model, as each step of learning does, takes the time of as many copies of that vector.
 */
export function correctSlice(): void {
  const published = tf.getKernel("Slice", "wasm");
  if (published === undefined) return;
  tf.unregisterKernel("Slice", "wasm");
  tf.registerKernel({
    ...published,
    kernelFunc: (parameters) => {
      const { x } = parameters.inputs;
      const { begin, size } = parameters.attrs as unknown as { begin: number[]; size: number[] };
      if (x === undefined || x.dtype === "string") return published.kernelFunc(parameters);
      const [from = [], shape = []] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size);
      const contiguous = tf.slice_util.isSliceContinous(x.shape, from, shape);
      if (!contiguous && x.shape.length !== 2) return published.kernelFunc(parameters);
      const heap = parameters.backend as Heap;
      const out = heap.makeOutput(shape, x.dtype);
      const [source, target] = [heap.typedArrayFromHeap(x), heap.typedArrayFromHeap(out)];
      const strides = tf.util.computeStrides(x.shape);
      const start = tf.slice_util.computeFlatOffset(from, strides);
      if (contiguous) {
        target.set(source.subarray(start, start + target.length));
      } else {
        const [rows = 0, columns = 0] = shape;
        const stride = strides[0] as number;
        for (let i = 0; i < rows; i++) {
          target.set(source.subarray(start + i * stride, start + i * stride + columns), i * columns);
        }
      }
      return out;
    },
  });
}
