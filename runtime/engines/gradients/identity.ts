import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "./heap.js";
import { replaceKernel } from "./replace-kernel.js";

/** The same memory under another name. */
export function renamed({ dataId, shape, dtype }: tf.TensorInfo, heap: Heap): tf.TensorInfo {
  heap.incRef(dataId);
  return { dataId, shape, dtype };
}

/** The same values under another name. The published kernel copies them, whenever an operation keeps what its gradient needs. */
export function correctIdentity(): void {
  replaceKernel(tf.Identity, ({ inputs: { x }, heap }) => {
    return x === undefined || x.dtype === "string" ? undefined : renamed(x, heap);
  });
}
