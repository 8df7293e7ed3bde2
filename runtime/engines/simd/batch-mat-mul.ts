import * as tf from "@tensorflow/tfjs-core";
import { replaceKernel } from "../gradients/replace-kernel.js";
import { instances } from "./instance.js";
import { productModule } from "./product.js";
import { size } from "../../data/size.js";

/** c = a b of each of a batch; positions and distances in bytes. */
type Product = (
  a: number,
  b: number,
  c: number,
  batch: number,
  rows: number,
  inner: number,
  columns: number,
  nextA: number,
  nextB: number,
  scratch: number,
) => void;

const productsIn = instances<{ product: Product }>(productModule);

/** Numbers and columns of the second factor, and rows of the first, from which on it pays to lay the columns end to end. */
const packingPays = { numbers: 16_384, columns: 32, rows: 16 };

/**
 * Products of matrices. The published kernel multiplies batches of them in a plain loop, one number at a time, and packs the second factor of a single product anew each
 * time, however few rows the first one has.
 */
export function correctProducts(): void {
  replaceKernel<tf.BatchMatMulAttrs>(tf.BatchMatMul, ({ inputs, attributes, heap }) => {
    const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    if (attributes.transposeA || attributes.transposeB || a.dtype !== "float32" || b.dtype !== "float32")
      return undefined;
    const [rows = 0, inner = 0] = a.shape.slice(-2);
    const columns = b.shape.at(-1) ?? 0;
    const [before, beforeB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const [countA, countB] = [size(before), size(beforeB)];
    const batch = Math.max(countA, countB);
    const alike = before.join() === beforeB.join() || countA === 1 || countB === 1;
    if (!alike || columns < 4 || rows * inner * batch === 0) return undefined;
    const product = productsIn(heap)?.product;
    if (product === undefined) return undefined;
    const outer = countA >= countB && before.length >= beforeB.length ? before : beforeB;
    const result = heap.makeOutput([...outer, rows, columns], "float32");
    const packs =
      rows >= packingPays.rows && columns >= packingPays.columns && inner * columns >= packingPays.numbers;
    const scratch = packs ? heap.makeOutput([inner, 8], "float32") : undefined;
    product(
      heap.typedArrayFromHeap(a).byteOffset,
      heap.typedArrayFromHeap(b).byteOffset,
      heap.typedArrayFromHeap(result).byteOffset,
      batch,
      rows,
      inner,
      columns,
      countA === 1 ? 0 : 4 * rows * inner,
      countB === 1 ? 0 : 4 * inner * columns,
      scratch === undefined ? 0 : heap.typedArrayFromHeap(scratch).byteOffset,
    );
    if (scratch !== undefined) heap.disposeData(scratch.dataId);
    return result;
  });
}
