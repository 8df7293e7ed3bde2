import * as tf from "@tensorflow/tfjs-core";
import { valuesOf } from "./values-of.js";
import { rowsOf, someColumns, type View } from "./view.js";

/** Values of one factor of a product, about. */
const valuesAtOnce = 2 ** 22;
const fewestRows = 256;

/** X M, [n, k]. @param x [n, width] @param map [width, k] */
export async function product(x: View, map: View): Promise<View> {
  const n = rowsOf(x);
  const result = new Float32Array(n * map.width);
  const atOnce = Math.max(fewestRows, Math.floor(valuesAtOnce / x.width));
  for (let at = 0; at < n; at += atOnce) {
    const rows = Math.min(atOnce, n - at);
    const [part] = await valuesOf(() => [
      tf.matMul(
        tf.tensor2d(x.values.subarray(at * x.width, (at + rows) * x.width), [rows, x.width]),
        tf.tensor2d(map.values, [x.width, map.width]),
      ),
    ]);
    result.set(part as Float32Array, at * map.width);
  }
  return { values: result, width: map.width };
}

/** X' X, [width, width]. @param x [n, width], n any */
export async function columnProducts({ values, width }: View): Promise<Float64Array> {
  const sums = new Float64Array(width * width);
  const atOnce = Math.max(fewestRows, Math.floor(valuesAtOnce / width));
  const n = values.length / width;
  for (let at = 0; at < n; at += atOnce) {
    const rows = Math.min(atOnce, n - at);
    const [part] = await valuesOf(() => {
      const data = tf.tensor2d(values.subarray(at * width, (at + rows) * width), [rows, width]);
      return [tf.matMul(data, data, true)];
    });
    part?.forEach((sum, i) => (sums[i] = (sums[i] as number) + sum));
  }
  return sums;
}

/** X X', [n, n]. @param x [n, width], width any */
export async function rowProducts(x: View): Promise<Float64Array> {
  const n = rowsOf(x);
  const sums = new Float64Array(n * n);
  for (const columns of columnBlocks(x)) {
    const [part] = await valuesOf(() => {
      const data = tf.tensor2d(columns.values, [n, columns.width]);
      return [tf.matMul(data, data, false, true)];
    });
    part?.forEach((sum, i) => (sums[i] = (sums[i] as number) + sum));
  }
  return sums;
}

/** X' M, [width, k]. @param x [n, width], width any @param map [n, k] */
export async function transposedProduct(x: View, map: View): Promise<View> {
  const n = rowsOf(x);
  const result = new Float32Array(x.width * map.width);
  let at = 0;
  for (const columns of columnBlocks(x)) {
    const [part] = await valuesOf(() => [
      tf.matMul(
        tf.tensor2d(columns.values, [n, columns.width]),
        tf.tensor2d(map.values, [n, map.width]),
        true,
      ),
    ]);
    result.set(part as Float32Array, at);
    at += columns.width * map.width;
  }
  return { values: result, width: map.width };
}

function* columnBlocks(x: View): Generator<View> {
  const atOnce = Math.max(1, Math.floor(valuesAtOnce / rowsOf(x)));
  for (let at = 0; at < x.width; at += atOnce) yield someColumns(x, at, Math.min(atOnce, x.width - at));
}
