import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "./heap.js";

/**
 * Sums the rows of x that have the same segment, which is the gradient of gathering rows (embeddings). wasm has no kernel of its own; this one
 * adds up in its memory, so that its cost doesn't grow with the number of segments times that of the rows.
 */
export function addUnsortedSegmentSum(): void {
  if (tf.getKernel(tf.UnsortedSegmentSum, "wasm") !== undefined) return;
  tf.registerKernel({
    kernelName: tf.UnsortedSegmentSum,
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
      const { numSegments } = attrs as unknown as tf.UnsortedSegmentSumAttrs;
      const [rows = 0, ...rest] = x.shape;
      const width = rest.reduce((product, size) => product * size, 1);
      const heap = backend as Heap;
      const out = heap.makeOutput([numSegments, ...rest], x.dtype);
      const [values, segments, sums] = [x, segmentIds, out].map((tensor) =>
        heap.typedArrayFromHeap(tensor),
      ) as [Float32Array, Int32Array, Float32Array];
      sums.fill(0);
      for (let row = 0; row < rows; row++) {
        const segment = segments[row] as number;
        if (segment < 0 || segment >= numSegments) continue;
        for (let j = 0; j < width; j++)
          sums[segment * width + j] =
            (sums[segment * width + j] as number) + (values[row * width + j] as number);
      }
      return out;
    },
  });
}
