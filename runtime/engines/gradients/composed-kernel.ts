import * as tf from "@tensorflow/tfjs-core";

/** Kernels are given what tensors stand for; operations want tensors. */
export function asTensor(info: tf.TensorInfo | undefined): tf.Tensor {
  if (info === undefined) throw new Error("A kernel's input is missing.");
  return info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info);
}

/** Registers a kernel that wasm lacks, composed of operations that it has. */
export function registerComposed(
  kernelName: string,
  compose: (inputs: tf.NamedTensorInfoMap, attributes: tf.NamedAttrMap) => tf.Tensor,
): void {
  if (tf.getKernel(kernelName, "wasm") !== undefined) return;
  tf.registerKernel({
    kernelName,
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs }) => tf.tidy(() => compose(inputs, attrs ?? {})),
  });
}
