import * as tf from "@tensorflow/tfjs-core";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { valuesOf } from "./values-of.js";
import { rowsOf, type View } from "./view.js";

/** An affine map to the principal axes of a view, in order of variance, each with mean 0 and variance 1. */
export interface Whitening {
  apply(view: View): Promise<View>;
  /**
   * log |det| of the map, in nats: the entropy of the given columns is that of the mapped ones minus it. Only for a map that loses
   * nothing; otherwise NaN.
   */
  logDeterminant: number;
  /** How many of the axes stand out from noise that is the same in all directions; the others are told apart by noise alone. */
  leading: number;
}

/** A whitened view. */
export interface Standardised extends Omit<Whitening, "apply"> {
  view: View;
}

/** Deviations of columns that differ by more are of different units, and made alike first. */
const mostUnlike = 1000;
/** Axes with a smaller share of the mean variance follow from others. */
const dependent = 1e-5;
/** Of fewer axes all lead. */
const fewestToSplit = 6;
const rowsAtOnce = 8192;

/** Whitens a view by its own principal axes. */
export async function standardise(view: View): Promise<Standardised> {
  const { apply, ...whitening } = await whiten(view);
  return { view: await apply(view), ...whitening };
}

/**
 * The whitening of a view. What is given to it multiplied by a constant, shifted or rotated it maps to the same values. Columns that
 * never change and axes that follow from others are left out.
 */
export async function whiten(view: View): Promise<Whitening> {
  const { values, width } = view;
  const n = rowsOf(view);
  const { mean, variance } = momentsOf(view);
  // Relative to the values themselves: a modality may come in any unit.
  const kept = [...variance.keys()].filter((j) => (variance[j] as number) > 1e-12 * (mean[j] as number) ** 2);
  if (kept.length === 0) return nothing(width);
  const deviations = kept.map((j) => Math.sqrt(variance[j] as number));
  const common = Math.sqrt(kept.reduce((sum, j) => sum + (variance[j] as number), 0) / kept.length);
  const units = Math.max(...deviations) > mostUnlike * Math.min(...deviations);
  const scales = deviations.map((deviation) => 1 / (units ? deviation : common));
  const centred = (part: View): View => {
    const rows = rowsOf(part);
    const result = new Float32Array(rows * kept.length);
    kept.forEach((j, k) => {
      const [shift, scale] = [mean[j] as number, scales[k] as number];
      for (let i = 0; i < rows; i++)
        result[i * kept.length + k] = ((part.values[i * width + j] as number) - shift) * scale;
    });
    return { values: result, width: kept.length };
  };
  const data = centred({ values, width });
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(await covarianceOf(data), {
    assumeSymmetric: true,
  });
  const axes = [...realEigenvalues.keys()]
    .sort((a, b) => (realEigenvalues[b] as number) - (realEigenvalues[a] as number))
    .filter((j) => (realEigenvalues[j] as number) > dependent * (units ? 1e-2 : 1));
  const map = new Float32Array(kept.length * axes.length);
  axes.forEach((j, k) => {
    const scale = 1 / Math.sqrt(realEigenvalues[j] as number);
    for (let a = 0; a < kept.length; a++) map[a * axes.length + k] = scale * eigenvectorMatrix.get(a, j);
  });
  await orient(map, data, axes.length);
  const eigenvalues = axes.map((j) => realEigenvalues[j] as number);
  const whole = axes.length === width;
  const logDeterminant = whole
    ? axes.reduce(
        (sum, j, k) => sum - 0.5 * Math.log(realEigenvalues[j] as number) + Math.log(scales[k] as number),
        0,
      )
    : NaN;
  return {
    apply: (part) => multiplied(centred(part), map, axes.length),
    logDeterminant,
    leading: axes.length < fewestToSplit ? axes.length : leadingOf(eigenvalues, n),
  };
}

function nothing(width: number): Whitening {
  return {
    apply: async ({ values }) => ({ values: new Float32Array(values.length / width), width: 1 }),
    logDeterminant: NaN,
    leading: 1,
  };
}

function momentsOf({ values, width }: View) {
  const n = values.length / width;
  const mean = new Float64Array(width);
  const variance = new Float64Array(width);
  for (let at = 0; at < values.length; at += width)
    for (let j = 0; j < width; j++) mean[j] = (mean[j] as number) + (values[at + j] as number) / n;
  for (let at = 0; at < values.length; at += width)
    for (let j = 0; j < width; j++)
      variance[j] = (variance[j] as number) + ((values[at + j] as number) - (mean[j] as number)) ** 2 / n;
  return { mean, variance };
}

/** Mean of x x' over the rows, [width, width]. */
async function covarianceOf({ values, width }: View): Promise<Matrix> {
  const n = values.length / width;
  const sums = new Float64Array(width * width);
  for (let at = 0; at < n; at += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, n - at);
    const [part] = await valuesOf(() => {
      const data = tf.tensor2d(values.subarray(at * width, (at + rows) * width), [rows, width]);
      return [tf.matMul(tf.transpose(data) as tf.Tensor2D, data)];
    });
    part?.forEach((sum, i) => (sums[i] = (sums[i] as number) + sum));
  }
  const covariance = Matrix.zeros(width, width);
  for (let a = 0; a < width; a++)
    for (let b = 0; b < width; b++)
      covariance.set(a, b, ((sums[a * width + b] as number) + (sums[b * width + a] as number)) / (2 * n));
  return covariance;
}

async function multiplied({ values, width }: View, map: Float32Array, axes: number): Promise<View> {
  const n = values.length / width;
  const result = new Float32Array(n * axes);
  for (let at = 0; at < n; at += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, n - at);
    const [part] = await valuesOf(() => [
      tf.matMul(
        tf.tensor2d(values.subarray(at * width, (at + rows) * width), [rows, width]),
        tf.tensor2d(map, [width, axes]),
      ),
    ]);
    result.set(part as Float32Array, at * axes);
  }
  return { values: result, width: axes };
}

/** Turns each axis to the side where its third moment is positive: an eigenvector has no sign of its own. */
async function orient(map: Float32Array, data: View, axes: number): Promise<void> {
  const { values } = await multiplied(data, map, axes);
  const thirds = new Float64Array(axes);
  for (let at = 0; at < values.length; at += axes)
    for (let k = 0; k < axes; k++) thirds[k] = (thirds[k] as number) + (values[at + k] as number) ** 3;
  for (let at = 0; at < map.length; at += axes)
    for (let k = 0; k < axes; k++) if ((thirds[k] as number) < 0) map[at + k] = -(map[at + k] as number);
}

/** The dimension of probabilistic principal components (Tipping and Bishop 1999) that the Bayesian information criterion prefers. */
function leadingOf(eigenvalues: readonly number[], n: number): number {
  const width = eigenvalues.length;
  let rest = eigenvalues.reduce((a, b) => a + b, 0);
  let logs = 0;
  let best = { score: Infinity, axes: width };
  for (let axes = 0; axes < width; axes++) {
    const noise = rest / (width - axes);
    const parameters = width * axes - (axes * (axes + 1)) / 2 + axes;
    const score = n * (logs + (width - axes) * Math.log(Math.max(noise, 1e-12))) + parameters * Math.log(n);
    if (axes > 0 && score < best.score) best = { score, axes };
    logs += Math.log(eigenvalues[axes] as number);
    rest -= eigenvalues[axes] as number;
  }
  return best.axes;
}

/** The first columns of a view. */
export function firstColumns(view: View, columns: number): View {
  const { values, width } = view;
  if (columns >= width) return view;
  const n = rowsOf(view);
  const result = new Float32Array(n * columns);
  for (let i = 0; i < n; i++) result.set(values.subarray(i * width, i * width + columns), i * columns);
  return { values: result, width: columns };
}
