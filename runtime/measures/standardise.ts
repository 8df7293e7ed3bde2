import { principalAxes } from "./principal-axes.js";
import { product } from "./products.js";
import { rowsOf, someColumns, type View } from "./view.js";

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
  const { variances, axes } = await principalAxes(data);
  const spread = variances.filter((variance) => variance > dependent * (units ? 1e-2 : 1));
  const map = someColumns(axes, 0, spread.length);
  map.values.forEach((value, i) => (map.values[i] = value / Math.sqrt(spread[i % map.width] as number)));
  await orient(map, data);
  const logDeterminant =
    map.width === width
      ? scales.reduce((sum, scale, k) => sum + Math.log(scale) - 0.5 * Math.log(spread[k] as number), 0)
      : NaN;
  return {
    apply: (part) => product(centred(part), map),
    logDeterminant,
    leading: map.width < fewestToSplit ? map.width : leadingOf(spread, n),
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

/** Turns each axis to the side where its third moment is positive: an eigenvector has no sign of its own. */
async function orient(map: View, data: View): Promise<void> {
  const { values, width } = await product(data, map);
  const thirds = new Float64Array(width);
  values.forEach((value, i) => (thirds[i % width] = (thirds[i % width] as number) + value ** 3));
  map.values.forEach((value, i) => {
    if ((thirds[i % width] as number) < 0) map.values[i] = -value;
  });
}

/** The dimension of probabilistic principal components (Tipping and Bishop 1999) that the Bayesian information criterion prefers. */
function leadingOf(eigenvalues: Float64Array, n: number): number {
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
