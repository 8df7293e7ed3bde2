import * as tf from "@tensorflow/tfjs-core";
import { size } from "../../data/size.js";
import type { Heap } from "./heap.js";

/** Cuts a tensor along an axis into pieces of these sizes; each is copied out of its memory at once. */
function cut(x: tf.TensorInfo, axis: number, sizes: readonly number[], heap: Heap): tf.TensorInfo[] {
  const outer = size(x.shape.slice(0, axis));
  const inner = size(x.shape.slice(axis + 1));
  const row = (x.shape[axis] as number) * inner;
  const pieces = sizes.map((length) =>
    heap.makeOutput([...x.shape.slice(0, axis), length, ...x.shape.slice(axis + 1)], x.dtype),
  );
  const source = heap.typedArrayFromHeap(x);
  let begin = 0;
  pieces.forEach((piece, i) => {
    const width = (sizes[i] as number) * inner;
    const target = heap.typedArrayFromHeap(piece);
    for (let o = 0; o < outer; o++) {
      const from = o * row + begin;
      target.set(source.subarray(from, from + width), o * width);
    }
    begin += width;
  });
  return pieces;
}

/**
 * Splitting and unstacking. The published wasm kernels copy the whole tensor once for each of the pieces; a recurrent layer cuts its gates
 * into as many pieces as there are moments.
 */
export function correctSplit(): void {
  const split = tf.getKernel(tf.SplitV, "wasm");
  const unpack = tf.getKernel(tf.Unpack, "wasm");
  if (split === undefined || unpack === undefined) return;
  tf.unregisterKernel(tf.SplitV, "wasm");
  tf.registerKernel({
    ...split,
    kernelFunc: (parameters) => {
      const { x } = parameters.inputs as { x: tf.TensorInfo };
      if (x.dtype === "string") return split.kernelFunc(parameters);
      const { numOrSizeSplits, axis } = parameters.attrs as unknown as tf.SplitVAttrs;
      const [at = 0] = tf.util.parseAxisParam(axis, x.shape);
      const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, at);
      return cut(x, at, sizes, parameters.backend as Heap);
    },
  });
  tf.unregisterKernel(tf.Unpack, "wasm");
  tf.registerKernel({
    ...unpack,
    kernelFunc: (parameters) => {
      const { value } = parameters.inputs as { value: tf.TensorInfo };
      if (value.dtype === "string") return unpack.kernelFunc(parameters);
      const [at = 0] = tf.util.parseAxisParam(
        (parameters.attrs as unknown as tf.UnpackAttrs).axis,
        value.shape,
      );
      const sizes = Array<number>(value.shape[at] as number).fill(1);
      const shape = value.shape.filter((_, axis) => axis !== at);
      return cut(value, at, sizes, parameters.backend as Heap).map((piece) => ({ ...piece, shape }));
    },
  });
}
