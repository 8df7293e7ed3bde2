import * as tf from "@tensorflow/tfjs-core";
import { replaceKernel } from "./replace-kernel.js";

/** The same values under another name. The published kernel copies them, whenever an operation keeps what its gradient needs. */
export function correctIdentity(): void {
  replaceKernel(tf.Identity, ({ inputs: { x }, heap }) => {
    if (x === undefined || x.dtype === "string") return undefined;
    heap.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
}
