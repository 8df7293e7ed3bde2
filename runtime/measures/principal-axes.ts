import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { Random } from "../data/random.js";
import { columnProducts, product, rowProducts, transposedProduct } from "./products.js";
import { firstColumns, rowsOf, takeRows, type View } from "./view.js";

/** Principal axes of centred data, those of most variance first. */
export interface PrincipalAxes {
  /** Variance along each axis, falling. */
  variances: Float64Array;
  /** A column for each axis, of length 1: [width, axes]. */
  axes: View;
}

/** The largest matrix whose eigenvectors are computed, which takes time with the third power of its size. */
const widest = 1024;
/** Of wider data so many axes are taken. */
const mostOfWide = 512;
/** Rows of longer and wider data that span the space of its axes. */
const spanning = 640;
/** Axes with a smaller share of the greatest variance are what rounding left. */
const rounding = 1e-5;

/**
 * The principal axes of centred data: eigenvectors of the products of its columns. Of data with more than 1024 columns the 512 axes of most variance: from the
 * products of its rows; of more than 640 rows, axes in the space that 640 of them span, drawn without replacement, by the variance of all.
 * @param data [n, width], each column of mean 0
 */
export async function principalAxes(data: View): Promise<PrincipalAxes> {
  if (data.width <= widest) return eigen(await columnProducts(data), rowsOf(data));
  const n = rowsOf(data);
  if (n <= spanning) return fromRows(data);
  const drawn = new Random(0).fork("principal axes").shuffle(Int32Array.from({ length: n }, (_, i) => i));
  const space = (await fromRows(takeRows(data, drawn.subarray(0, spanning)))).axes;
  const within = eigen(await columnProducts(await product(data, space)), n);
  return { variances: within.variances, axes: await product(space, within.axes) };
}

/** X X' and X' X have the same eigenvalues above 0; X' takes the eigenvectors of the one to those of the other. */
async function fromRows(data: View): Promise<PrincipalAxes> {
  const n = rowsOf(data);
  const { variances, axes } = eigen(await rowProducts(data), n);
  const kept = variances
    .subarray(0, mostOfWide)
    .filter((variance) => variance > rounding * (variances[0] as number));
  const there = await transposedProduct(data, firstColumns(axes, kept.length));
  there.values.forEach(
    (value, i) => (there.values[i] = value / Math.sqrt(n * (kept[i % kept.length] as number))),
  );
  return { variances: kept, axes: there };
}

/** @param sums [width, width], symmetric but for rounding: n times the covariance */
function eigen(sums: Float64Array, n: number): PrincipalAxes {
  const width = Math.sqrt(sums.length);
  const covariance = Matrix.zeros(width, width);
  for (let a = 0; a < width; a++)
    for (let b = 0; b < width; b++)
      covariance.set(a, b, ((sums[a * width + b] as number) + (sums[b * width + a] as number)) / (2 * n));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const order = [...realEigenvalues.keys()].sort(
    (a, b) => (realEigenvalues[b] as number) - (realEigenvalues[a] as number),
  );
  const values = new Float32Array(width * width);
  for (let a = 0; a < width; a++)
    order.forEach((j, k) => (values[a * width + k] = eigenvectorMatrix.get(a, j)));
  return {
    variances: Float64Array.from(order, (j) => realEigenvalues[j] as number),
    axes: { values, width },
  };
}
