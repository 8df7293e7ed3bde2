import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "./heap.js";

/** What the kernel of plain JavaScript needs of its backend. */
interface Arrays {
  data: { get(id: object): { values: Float32Array | Int32Array } };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo;
}

/** Adds each row of `values`, [rows, width], to the row of `sums` that is its segment; a row whose segment there isn't counts nowhere. */
function addRows(
  values: ArrayLike<number>,
  segments: ArrayLike<number>,
  sums: Float32Array,
  width: number,
): void {
  const count = sums.length / width;
  for (let row = 0; row < segments.length; row++) {
    const segment = segments[row] as number;
    if (segment < 0 || segment >= count) continue;
    for (let j = 0; j < width; j++)
      sums[segment * width + j] = (sums[segment * width + j] as number) + (values[row * width + j] as number);
  }
}

function sizes(x: tf.TensorInfo, segmentIds: tf.TensorInfo): { rest: number[]; width: number } {
  const rest = x.shape.slice(segmentIds.shape.length);
  return { rest, width: rest.reduce((product, size) => product * size, 1) };
}

/**
 * Sums the rows of x that have the same segment, which is the gradient of gathering rows (embeddings). wasm has no kernel of its own; this one
 * adds up in its memory.
 */
export function addUnsortedSegmentSum(): void {
  if (tf.getKernel(tf.UnsortedSegmentSum, "wasm") !== undefined) return;
  tf.registerKernel({
    kernelName: tf.UnsortedSegmentSum,
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
      const { numSegments } = attrs as unknown as tf.UnsortedSegmentSumAttrs;
      const { rest, width } = sizes(x, segmentIds);
      const heap = backend as Heap;
      const out = heap.makeOutput([numSegments, ...rest], x.dtype);
      const sums = heap.typedArrayFromHeap(out);
      sums.fill(0);
      addRows(heap.typedArrayFromHeap(x), heap.typedArrayFromHeap(segmentIds), sums, width);
      return out;
    },
  });
}

/**
 * The same in plain JavaScript, whose published kernel goes through all rows once for each segment: at 5 000 words it takes more than a minute
 * for one step.
 */
export function correctUnsortedSegmentSum(): void {
  const published = tf.getKernel(tf.UnsortedSegmentSum, "cpu");
  if (published === undefined) return;
  tf.unregisterKernel(tf.UnsortedSegmentSum, "cpu");
  tf.registerKernel({
    ...published,
    kernelFunc: (parameters) => {
      const { x, segmentIds } = parameters.inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
      if (x.dtype !== "float32") return published.kernelFunc(parameters);
      const { numSegments } = parameters.attrs as unknown as tf.UnsortedSegmentSumAttrs;
      const { rest, width } = sizes(x, segmentIds);
      const arrays = parameters.backend as Arrays;
      const valuesOf = (tensor: tf.TensorInfo) => arrays.data.get(tensor.dataId).values;
      const sums = new Float32Array(numSegments * width);
      addRows(valuesOf(x), valuesOf(segmentIds), sums, width);
      return arrays.makeTensorInfo([numSegments, ...rest], "float32", sums);
    },
  });
}
