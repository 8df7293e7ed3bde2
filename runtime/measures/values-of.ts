import * as tf from "@tensorflow/tfjs-core";

/**
 * The values of the tensors that a computation gives; all its tensors are disposed of. `tf.tidy` searches what it is given back for
 * tensors, an array number by number, which costs more than most computations: so tensors leave it here, and arrays never do.
 */
export function valuesOf(compute: () => tf.Tensor[]): Float32Array[] {
  const tensors = tf.tidy(compute);
  // A copy: on some engines dataSync shows the engine's own memory.
  const values = tensors.map((tensor) => Float32Array.from(tensor.dataSync()));
  tf.dispose(tensors);
  return values;
}
