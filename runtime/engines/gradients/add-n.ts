import * as tf from "@tensorflow/tfjs-core";

/** WebGPU promises 8 buffers a shader; one of them is for the sum. */
const most = 7;

/**
 * Replaces the sum of several tensors on webgpu by sums of as many as a shader can bind: the published kernel binds all at once, which WebGPU
 * refuses without an exception, so that the sum reads as zeros.
 */
export function correctAddN(): void {
  const published = tf.getKernel("AddN", "webgpu");
  if (published === undefined) return;
  const kernel = published.kernelFunc;
  tf.unregisterKernel("AddN", "webgpu");
  tf.registerKernel({
    kernelName: "AddN",
    backendName: "webgpu",
    kernelFunc: ({ inputs, backend, attrs }) => {
      let left = inputs as unknown as tf.TensorInfo[];
      const between: tf.TensorInfo[] = [];
      const sum = (terms: readonly tf.TensorInfo[]) =>
        kernel({
          inputs: terms as unknown as tf.NamedTensorInfoMap,
          backend,
          ...(attrs && { attrs }),
        }) as tf.TensorInfo;
      while (left.length > most) {
        const part = sum(left.slice(0, most));
        between.push(part);
        left = [part, ...left.slice(most)];
      }
      const result = sum(left);
      const { disposeData } = backend as unknown as { disposeData(id: object): boolean };
      for (const { dataId } of between) disposeData.call(backend, dataId);
      return result;
    },
  });
}
