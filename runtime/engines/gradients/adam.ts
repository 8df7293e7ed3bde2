import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "./heap.js";

/** Of all weights, [weights] each. */
interface Moments<T> {
  mean: T;
  square: T;
}

/**
 * What the weights lose by a step of Adam, and the means after it, in one pass through the memory of wasm; composed of operations it takes ten.
 * @param rate the learning rate over what the mean lacks of its beginning at 0
 * @param correction what the mean of squares lacks of it
 * @returns undefined on other engines
 */
export function adamStep(
  { gradient, ...before }: Moments<tf.Tensor1D> & { gradient: tf.Tensor1D },
  options: { beta1: number; beta2: number; epsilon: number; rate: number; correction: number },
): (Moments<tf.Tensor1D> & { step: tf.Tensor1D }) | undefined {
  if (tf.getBackend() !== "wasm") return undefined;
  const { beta1, beta2, epsilon, rate, correction } = options;
  const heap = tf.backend() as unknown as Heap;
  const made = [0, 1, 2].map(() => heap.makeOutput(gradient.shape, "float32"));
  const [m, v, g] = [before.mean, before.square, gradient].map((tensor) =>
    heap.typedArrayFromHeap(tensor),
  ) as [Float32Array, Float32Array, Float32Array];
  const [mean, square, step] = made.map((tensor) => heap.typedArrayFromHeap(tensor)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let i = 0; i < g.length; i++) {
    const slope = g[i] as number;
    const first = beta1 * (m[i] as number) + (1 - beta1) * slope;
    const second = beta2 * (v[i] as number) + (1 - beta2) * slope * slope;
    mean[i] = first;
    square[i] = second;
    step[i] = (rate * first) / (Math.sqrt(second / correction) + epsilon);
  }
  const [newMean, newSquare, taken] = made.map((info) => tf.engine().makeTensorFromTensorInfo(info)) as [
    tf.Tensor1D,
    tf.Tensor1D,
    tf.Tensor1D,
  ];
  return { mean: newMean, square: newSquare, step: taken };
}
