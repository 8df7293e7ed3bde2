import * as tf from "@tensorflow/tfjs-core";
import { replaceKernel } from "../gradients/replace-kernel.js";
import { instances } from "./instance.js";
import { transposeModule } from "./transpose.js";

/** Each of a batch of matrices [rows, columns], at least 4 of both, at a position in bytes; likewise what it becomes. */
type Transpose = (from: number, to: number, batch: number, rows: number, columns: number) => void;

const transposesIn = instances<{ transpose: Transpose }>(transposeModule);

/** The order of axes in which the last two change places. */
export function lastTwoExchanged(rank: number): number[] {
  const last = rank - 1;
  return Array.from({ length: rank }, (_, i) => (i === last ? last - 1 : i === last - 1 ? last : i));
}

/** Exchanging the last two axes, as the gradient of each matrix product asks for twice. The published kernel moves one number at a time. */
export function correctTranspose(): void {
  replaceKernel<tf.TransposeAttrs>(tf.Transpose, ({ inputs: { x }, attributes: { perm }, heap }) => {
    const rank = x?.shape.length ?? 0;
    if (x === undefined || (x.dtype !== "float32" && x.dtype !== "int32") || rank < 2) return undefined;
    const exchanged = perm.join() === lastTwoExchanged(rank).join();
    const [rows, columns] = x.shape.slice(-2) as [number, number];
    if (!exchanged || rows * columns === 0) return undefined;
    const out = heap.makeOutput([...x.shape.slice(0, -2), columns, rows], x.dtype);
    const [source, target] = [heap.typedArrayFromHeap(x), heap.typedArrayFromHeap(out)];
    const batch = source.length / (rows * columns);
    const transpose = rows >= 4 && columns >= 4 ? transposesIn(heap)?.transpose : undefined;
    if (transpose !== undefined && batch > 0)
      transpose(source.byteOffset, target.byteOffset, batch, rows, columns);
    else oneByOne(source, target, rows, columns);
    return out;
  });
}

function oneByOne(source: Float32Array, target: Float32Array, rows: number, columns: number): void {
  for (let matrix = 0, to = 0; matrix < source.length; matrix += rows * columns)
    for (let column = 0; column < columns; column++)
      for (let row = 0, from = matrix + column; row < rows; row++, from += columns)
        target[to++] = source[from] as number;
}
