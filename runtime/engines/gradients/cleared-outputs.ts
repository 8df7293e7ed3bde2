import * as tf from "@tensorflow/tfjs-core";

/** What is used of the wasm backend. */
interface WasmBackend {
  makeOutput(shape: number[], dtype: tf.DataType, offset?: number): tf.TensorInfo;
  typedArrayFromHeap(output: tf.TensorInfo): Float32Array;
}

/** Kernels that add to their output and take for granted that it begins as zeros. */
const adding = [
  tf.MaxPoolGrad,
  tf.AvgPoolGrad,
  tf.MaxPool3DGrad,
  tf.AvgPool3DGrad,
  tf.ResizeBilinearGrad,
  tf.ResizeNearestNeighborGrad,
  tf.Dilation2DBackpropFilter,
  tf.Dilation2DBackpropInput,
];

/**
 * Gives these kernels an output of zeros. As published they add to whatever the memory held before, which is zero only as
 * long as nothing has been freed: the gradients of pooling are then wrong without a word.
 */
export function clearOutputs(): void {
  for (const name of adding) {
    const published = tf.getKernel(name, "wasm");
    if (published === undefined) continue;
    tf.unregisterKernel(name, "wasm");
    tf.registerKernel({
      ...published,
      kernelFunc: (args) => {
        const backend = args.backend as WasmBackend;
        const clearing = Object.create(backend as object) as WasmBackend;
        clearing.makeOutput = (...given) => {
          const output = backend.makeOutput(...given);
          backend.typedArrayFromHeap(output).fill(0);
          return output;
        };
        return published.kernelFunc({ ...args, backend: clearing });
      },
    });
  }
}
