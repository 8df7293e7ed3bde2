import type * as tf from "@tensorflow/tfjs-core";

/** What kernels that work in the memory of the wasm backend need of it. */
export interface Heap {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  /** A view of a tensor's memory, until the next allocation. */
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
  /** The memory has one more tensor that it belongs to. */
  incRef(dataId: object): void;
  /** It has one less, and none of it is left when that was the last. */
  disposeData(dataId: object): void;
}
