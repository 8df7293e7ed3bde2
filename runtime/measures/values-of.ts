import * as tf from "@tensorflow/tfjs-core";

/**
 * The values of the tensors that a computation gives; all its tensors are disposed of. `tf.tidy` searches what it is given back for
 * tensors, an array number by number, which costs more than most computations: so tensors leave it here, and arrays never do.
 */
export async function valuesOf(compute: () => tf.Tensor[]): Promise<Float32Array[]> {
  const tensors = tf.tidy(compute);
  // A copy: on some engines `data` shows the engine's own memory. A GPU can't be read without waiting.
  const read = await Promise.all(tensors.map((tensor) => tensor.data()));
  const values = read.map((each) => Float32Array.from(each));
  tf.dispose(tensors);
  return values;
}
