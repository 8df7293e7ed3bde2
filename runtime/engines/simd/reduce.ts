import * as tf from "@tensorflow/tfjs-core";
import { size } from "../../data/size.js";
import { replaceKernel, type Call } from "../gradients/replace-kernel.js";
import { instances } from "./instance.js";
import { sumModule } from "./sum.js";

/** y = factor times the sums of [count, rows, width] over its rows, width at least 4; positions in bytes. */
type SumRows = (x: number, y: number, count: number, rows: number, width: number, factor: number) => void;

const sumsIn = instances<{ sum: SumRows }>(sumModule);

/**
 * Sums and means over axes that others follow, as the gradients of biases are. The published kernels transpose all values first; these
 * add rows up, in float64.
 */
function sumRows(
  { inputs: { x }, attributes: { axis, keepDims }, heap }: Call<tf.SumAttrs>,
  mean: boolean,
): tf.TensorInfo | undefined {
  if (x === undefined || x.dtype !== "float32") return undefined;
  const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
  const [first, last] = [axes[0] ?? 0, axes.at(-1) ?? -1];
  const width = size(x.shape.slice(last + 1));
  // Axes that aren't side by side, and those that nothing follows, are left to the published kernel.
  if (axes.length === 0 || last - first + 1 !== axes.length || width === 1) return undefined;
  const rows = size(x.shape.slice(first, last + 1));
  const shape = keepDims
    ? x.shape.map((length, i) => (axes.includes(i) ? 1 : length))
    : x.shape.filter((_, i) => !axes.includes(i));
  const out = heap.makeOutput(shape, "float32");
  const [source, target] = [heap.typedArrayFromHeap(x), heap.typedArrayFromHeap(out)];
  const factor = mean ? 1 / rows : 1;
  const sum = width >= 4 ? sumsIn(heap)?.sum : undefined;
  if (sum !== undefined && source.length > 0) {
    sum(source.byteOffset, target.byteOffset, target.length / width, rows, width, factor);
    return out;
  }
  const sums = new Float64Array(width);
  for (let to = 0, from = 0; to < target.length; to += width) {
    sums.fill(0);
    for (let row = 0; row < rows; row++, from += width)
      for (let i = 0; i < width; i++) sums[i] = (sums[i] as number) + (source[from + i] as number);
    for (let i = 0; i < width; i++) target[to + i] = (sums[i] as number) * factor;
  }
  return out;
}

export function correctReductions(): void {
  replaceKernel<tf.SumAttrs>(tf.Sum, (call) => sumRows(call, false));
  replaceKernel<tf.MeanAttrs>(tf.Mean, (call) => sumRows(call, true));
}
