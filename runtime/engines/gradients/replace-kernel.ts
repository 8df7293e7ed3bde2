import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "./heap.js";

/** What a kernel is called with, on wasm. */
export interface Call<Attributes> {
  inputs: Readonly<Record<string, tf.TensorInfo>>;
  attributes: Attributes;
  heap: Heap;
}

/**
 * Puts another kernel of wasm in the place of a published one.
 * @param compute undefined where the published one is to do it
 */
export function replaceKernel<Attributes>(
  kernelName: string,
  compute: (call: Call<Attributes>) => tf.TensorInfo | undefined,
): void {
  const published = tf.getKernel(kernelName, "wasm");
  if (published === undefined) return;
  tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel({
    ...published,
    kernelFunc: (parameters) =>
      compute({
        inputs: parameters.inputs as Record<string, tf.TensorInfo>,
        attributes: parameters.attrs as Attributes,
        heap: parameters.backend as Heap,
      }) ?? published.kernelFunc(parameters),
  });
}
