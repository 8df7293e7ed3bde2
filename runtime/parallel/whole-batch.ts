import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../engines/gradients/heap.js";
import type { Part, Team } from "./team.js";

/*
 * What losses and layers ask about the whole of a batch of which this worker has a part. Where a batch isn't shared, these are the plain
 * operations. The loss of a worker's part counts by its share of the rows; so a mean over samples needs nothing from here, and a term that is worked out
 * from the whole batch is to be the same on each worker.
 */

let current: { team: Team; part: Part } | undefined;

/** Runs what is to be asked about a part of a batch. */
export function onPart<T>(team: Team, part: Part, run: () => T): T {
  const before = current;
  current = { team, part };
  try {
    return run();
  } finally {
    current = before;
  }
}

/** Rows of the whole batch. @param own rows of this worker's part */
export function batchRows(own: number): number {
  return current?.part.batch ?? own;
}

/** The sum over all workers; its gradient is that of the sum of all losses. */
export function sumOverBatch<T extends tf.Tensor>(x: T): T {
  const { team } = current ?? {};
  if (team === undefined) return x;
  const sum = tf.customGrad((own) => ({
    value: exchanged(team, own as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => exchanged(team, dy),
  }));
  return sum(x) as T;
}

function exchanged(team: Team, x: tf.Tensor): tf.Tensor {
  if (tf.getBackend() === "wasm" && x.dtype === "float32") {
    const heap = tf.backend() as unknown as Heap;
    const sums = heap.makeOutput(x.shape, "float32");
    team.sum(heap.typedArrayFromHeap(x), heap.typedArrayFromHeap(sums));
    return tf.engine().makeTensorFromTensorInfo(sums);
  }
  const sums = new Float32Array(x.size);
  team.sum(x.dataSync() as Float32Array, sums);
  return tf.tensor(sums, x.shape);
}

/** The mean over the whole batch and other axes. @param axes with 0, the batch, among them; all when they are left out */
export function meanOverBatch<T extends tf.Tensor>(
  x: tf.Tensor,
  axes?: number | number[],
  keepDims = false,
): T {
  if (current === undefined) return tf.mean(x, axes, keepDims);
  const { rows, batch } = current.part;
  const sum = tf.sum(x, axes, keepDims);
  const count = (x.size / sum.size) * (batch / rows);
  return tf.div<T>(sumOverBatch(sum), count);
}

/** A term of the loss that is a mean over samples, as it is of the whole batch. */
export function termOfBatch<T extends tf.Tensor>(own: T): T {
  if (current === undefined) return own;
  return sumOverBatch(tf.mul(own, current.part.rows / current.part.batch));
}

/**
 * This worker's part of a mean over the samples of the whole batch, times its weight where it has one.
 * @param values [batch, ...]
 * @param weights of the same shape; samples of weight 0 don't count
 */
export function weightedMean(values: tf.Tensor, weights?: tf.Tensor): tf.Scalar {
  if (weights === undefined) return tf.mean(values);
  const own = tf.sum(tf.mul(values, weights));
  const all = tf.maximum(sumOverBatch(tf.sum(weights)), 1);
  if (current === undefined) return tf.div(own, all);
  return tf.div(tf.mul(own, current.part.batch / current.part.rows), all);
}

/** The rows of all workers, [rows, ...] -> [batch, ...]. */
export function gatherBatch<T extends tf.Tensor>(x: T): T {
  if (current === undefined) return x;
  const { begin, rows, batch } = current.part;
  const around = x.shape.map((_, axis): [number, number] =>
    axis === 0 ? [begin, batch - begin - rows] : [0, 0],
  );
  return sumOverBatch(tf.pad(x, around)) as T;
}
