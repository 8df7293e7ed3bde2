import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { rowsOf, type View } from "./view.js";

/** A view whose columns have mean 0 and variance 1, and what was done to it. */
export interface Standardised {
  view: View;
  /**
   * log |det| of the map from the given columns to these, in nats: the entropy of the given ones is that of these minus it.
   * Only for a map that loses nothing; otherwise NaN.
   */
  logDeterminant: number;
}

/** Subtracts each column's mean and divides by its standard deviation; columns that never change are left out. */
export function standardise({ values, width }: View): Standardised {
  const n = values.length / width;
  const mean = new Float64Array(width);
  const variance = new Float64Array(width);
  for (let i = 0; i < values.length; i++)
    mean[i % width] = (mean[i % width] as number) + (values[i] as number) / n;
  for (let i = 0; i < values.length; i++) {
    const j = i % width;
    variance[j] = (variance[j] as number) + ((values[i] as number) - (mean[j] as number)) ** 2 / n;
  }
  // Relative to the values themselves: a modality may come in any unit.
  const kept = [...variance.keys()].filter(
    (j) => (variance[j] as number) > 1e-12 * (mean[j] as number) ** 2 && (variance[j] as number) > 0,
  );
  const result = new Float32Array(n * Math.max(1, kept.length));
  for (let i = 0; i < n; i++) {
    kept.forEach((j, k) => {
      const deviation = Math.sqrt(variance[j] as number);
      result[i * kept.length + k] = ((values[i * width + j] as number) - (mean[j] as number)) / deviation;
    });
  }
  const logDeterminant = kept.reduce((total, j) => total - 0.5 * Math.log(variance[j] as number), 0);
  return {
    view: { values: result, width: Math.max(1, kept.length) },
    logDeterminant: kept.length === width ? logDeterminant : NaN,
  };
}

/**
 * The principal components of a view, at most `most`, each with variance 1: what a density can be estimated of when the view
 * is wide, or when columns follow from others and there is no density in as many dimensions. Another view comes back as it is.
 */
export function principalComponents(view: View, most: number): View {
  const { values, width } = view;
  const n = rowsOf(view);
  const covariance = Matrix.zeros(width, width);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < width; a++) {
      const x = values[i * width + a] as number;
      for (let b = 0; b <= a; b++) {
        covariance.set(a, b, covariance.get(a, b) + (x * (values[i * width + b] as number)) / n);
      }
    }
  }
  for (let a = 0; a < width; a++) for (let b = 0; b < a; b++) covariance.set(b, a, covariance.get(a, b));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const order = [...realEigenvalues.keys()]
    .sort((a, b) => (realEigenvalues[b] as number) - (realEigenvalues[a] as number))
    .filter((j) => (realEigenvalues[j] as number) > 1e-6)
    .slice(0, most);
  // Nothing to leave out, or nothing at all in it.
  if (order.length === width || order.length === 0) return view;
  const result = new Float32Array(n * order.length);
  order.forEach((j, k) => {
    const scale = 1 / Math.sqrt(realEigenvalues[j] as number);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let a = 0; a < width; a++) sum += (values[i * width + a] as number) * eigenvectorMatrix.get(a, j);
      result[i * order.length + k] = sum * scale;
    }
  });
  return { values: result, width: order.length };
}
