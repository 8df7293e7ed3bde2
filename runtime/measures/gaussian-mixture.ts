import * as tf from "@tensorflow/tfjs-core";
import { CholeskyDecomposition, Matrix, solve } from "ml-matrix";
import type { Random } from "../data/random.js";
import { valuesOf } from "./values-of.js";
import { rowsOf, takeRows, type View } from "./view.js";

/** Covariances: one for all components, a multiple of the identity or full; or a full one each. */
export type CovarianceForm = "spherical tied" | "full tied" | "full";

export interface MixtureOptions {
  form: CovarianceForm;
  /** Components of each class, or of all samples together when there are no classes. */
  components: number;
  /** How far a tied covariance is drawn towards the identity, in [0, 1]. @default 0 */
  shrinkage?: number;
  /**
   * Makes the mixture factorial (Ghahramani 1995): each of so many factors has a level, a component is a choice of them all, its mean
   * the sum of theirs. `components` is then a power of it; not with classes, and with a tied covariance. @default 1
   */
  factors?: number;
  /** Starts that are tried on a part of the samples; the likeliest goes on. @default 1 */
  starts?: number;
}

/** A Gaussian mixture; a component may belong to one class only. Plain numbers: nothing to dispose of. */
export interface Mixture {
  width: number;
  form: CovarianceForm;
  /** The class of each component; 0 when there are no classes. */
  classOf: Int32Array;
  /** The log of a component's weight times density is `features` times a column of this, [features, components] ... */
  coefficients: Float32Array;
  /** ... and for a tied covariance -|x whitener|^2 / 2 more, [width, width]. */
  whitener?: Float32Array;
}

/** Widest view whose components may have a covariance each: all products of two columns are made. */
export const widestFull = 32;
const mostIterations = 60;
/** Rows on which starts are compared. */
const startRows = 1500;
/** Samples that the prior is worth: a covariance of 1 for all components together. It keeps small ones from collapsing. */
const priorSamples = 1;
const smallest = 1e-6;
/** Precision of the components that begin at drawn centres: each sample goes to the nearest, or nearly so. */
const sharpness = 10;

/**
 * What a component's log-density is linear in: for covariances of their own all products of two columns, and always the columns
 * and 1. [n, features]. The caller tidies.
 */
function featuresOf(x: tf.Tensor2D, form: CovarianceForm): tf.Tensor2D {
  const [n, width] = x.shape;
  const parts: tf.Tensor2D[] = [];
  if (form === "full") {
    for (let j = 0; j < width; j++)
      parts.push(tf.mul(tf.slice(x, [0, j], [n, 1]), tf.slice(x, [0, j], [n, width - j])) as tf.Tensor2D);
  }
  return tf.concat([...parts, x, tf.ones([n, 1]) as tf.Tensor2D], 1);
}

/**
 * Fits a mixture by expectation maximisation (Dempster, Laird and Rubin 1977), each step two products of matrices. With classes
 * each sample belongs only to components of its own class: the joint density of x and y.
 * @param x [n, width], of about unit variance
 * @param classes 1 when there are none
 */
export async function fitMixture(
  x: View,
  labels: Int32Array,
  classes: number,
  options: MixtureOptions,
  random: Random,
): Promise<Mixture> {
  const { components, factors = 1, starts = 1 } = options;
  const draw = (some: View, someLabels: Int32Array) =>
    factors > 1
      ? drawLevels(some, components, factors, random)
      : drawCentres(some, someLabels, classes, components, random);
  if (components > 1 && starts > 1) {
    const part = Int32Array.from({ length: rowsOf(x) }, (_, i) => i);
    const rows = random.shuffle(part).slice(0, startRows);
    const some = takeRows(x, rows);
    const someLabels = Int32Array.from(rows, (row) => labels[row] as number);
    let best: { score: number; mixture: Mixture } | undefined;
    for (let s = 0; s < starts; s++) {
      const mixture = await climb(some, someLabels, classes, options, draw(some, someLabels), 15);
      const score = await meanDensity(mixture, some, someLabels, classes);
      if (best === undefined || score > best.score) best = { score, mixture };
    }
    return await climb(x, labels, classes, options, best?.mixture as Mixture, mostIterations);
  }
  const start = components === 1 ? undefined : draw(...someOf(x, labels, random));
  return await climb(x, labels, classes, options, start, components === 1 ? 0 : mostIterations);
}

function someOf(x: View, labels: Int32Array, random: Random): [View, Int32Array] {
  const n = rowsOf(x);
  if (n <= startRows) return [x, labels];
  const rows = random.shuffle(Int32Array.from({ length: n }, (_, i) => i)).slice(0, startRows);
  return [takeRows(x, rows), Int32Array.from(rows, (row) => labels[row] as number)];
}

async function meanDensity(mixture: Mixture, x: View, labels: Int32Array, classes: number): Promise<number> {
  const { joint } = await readMixture(mixture, x, classes);
  let total = 0;
  labels.forEach((label, i) => (total += joint[i * classes + (classes === 1 ? 0 : label)] as number));
  return total / labels.length;
}

/** Expectation maximisation from a start: centres, or a mixture, or nothing when there is one component a class. */
async function climb(
  x: View,
  labels: Int32Array,
  classes: number,
  { form, components, shrinkage = 0, factors = 1 }: MixtureOptions,
  start: Mixture | undefined,
  iterations: number,
): Promise<Mixture> {
  const n = rowsOf(x);
  const { width } = x;
  const count = classes * components;
  const classOf = Int32Array.from({ length: count }, (_, k) => Math.floor(k / components));
  const design = factors > 1 ? levelsOf(components, factors) : undefined;
  const fixed = tf.tidy(() => {
    const data = tf.tensor2d(x.values, [n, width]);
    const features = featuresOf(data, form);
    const transposed = tf.transpose(features) as tf.Tensor2D;
    const spread = Float32Array.from({ length: classes * count }, (_, i) =>
      classOf[i % count] === Math.floor(i / count) ? 1 : 0,
    );
    const allowed =
      classes === 1
        ? (tf.ones([n, count]) as tf.Tensor2D)
        : tf.matMul(
            tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), classes), "float32") as tf.Tensor2D,
            tf.tensor2d(spread, [classes, count]),
          );
    const mask = classes === 1 ? tf.zeros([1, 1]) : tf.mul(tf.sub(allowed, 1), 1e9);
    return {
      features,
      transposed,
      allowed,
      mask,
      second: tf.matMul(tf.transpose(data) as tf.Tensor2D, data),
    };
  });
  try {
    const second = Float64Array.from(await fixed.second.data());
    const rows = fixed.transposed.shape[0];
    const gather = async (mixture: Mixture | undefined): Promise<Float64Array> => {
      const [found] = await valuesOf(() => {
        if (mixture === undefined) return [tf.matMul(fixed.transposed, fixed.allowed)];
        const logs = tf.matMul(fixed.features, coefficientsOf(mixture));
        const shares = tf.softmax(classes === 1 ? logs : (tf.add(logs, fixed.mask) as tf.Tensor2D));
        return [tf.matMul(fixed.transposed, shares)];
      });
      return Float64Array.from(found as Float32Array);
    };
    const centres =
      start === undefined || start.form === form ? start : { ...start, ...promoted(start, form) };
    let mixture = centres;
    let before = new Float64Array(count);
    for (let i = 0; i <= iterations; i++) {
      const sums = await gather(mixture);
      mixture = maximise(sums, second, n, width, classOf, form, shrinkage, design);
      const sizes = sums.slice((rows - 1) * count);
      const moved = sizes.reduce((sum, size, k) => sum + Math.abs(size - (before[k] as number)), 0);
      if (moved < 2e-3 * n) break;
      before = sizes;
    }
    return mixture as Mixture;
  } finally {
    tf.dispose([...Object.values(fixed)]);
  }
}

/** A tied start for components that will have covariances of their own: products of columns count for nothing yet but -1/2. */
function promoted({ width, coefficients, classOf }: Mixture, form: CovarianceForm): Partial<Mixture> {
  if (form !== "full") return { form };
  const count = classOf.length;
  const products = (width * (width + 1)) / 2;
  const all = new Float32Array((products + width + 1) * count);
  all.set(coefficients, products * count);
  return { form, coefficients: all };
}

function coefficientsOf({ coefficients, classOf }: Mixture): tf.Tensor2D {
  return tf.tensor2d(coefficients, [coefficients.length / classOf.length, classOf.length]);
}

/** Centres drawn far apart in each class (k-means++, Arthur and Vassilvitskii 2007; the best of four draws each time). */
function drawCentres(
  { values, width }: View,
  labels: Int32Array,
  classes: number,
  components: number,
  random: Random,
): Mixture {
  const count = classes * components;
  const coefficients = new Float32Array((width + 1) * count);
  const classOf = Int32Array.from({ length: count }, (_, k) => Math.floor(k / components));
  for (let c = 0; c < classes; c++) {
    const members = [...labels.keys()].filter((i) => classes === 1 || labels[i] === c);
    if (members.length === 0) continue;
    let nearest: Float64Array = new Float64Array(members.length).fill(Infinity);
    for (let k = 0; k < components; k++) {
      let best: { total: number; row: number; nearest: Float64Array } | undefined;
      for (let draw = 0; draw < (k === 0 ? 1 : 4); draw++) {
        const row = members[k === 0 ? random.integer(members.length) : drawFar(nearest, random)] as number;
        const closer = nearest.map((distance, m) => {
          const at = (members[m] as number) * width;
          let squares = 0;
          for (let j = 0; j < width; j++)
            squares += ((values[at + j] as number) - (values[row * width + j] as number)) ** 2;
          return Math.min(distance, squares);
        });
        const total = closer.reduce((a, b) => a + b, 0);
        if (best === undefined || total < best.total) best = { total, row, nearest: closer };
      }
      nearest = (best as NonNullable<typeof best>).nearest;
      let squares = 0;
      for (let j = 0; j < width; j++) {
        const value = values[(best?.row as number) * width + j] as number;
        coefficients[j * count + c * components + k] = sharpness * value;
        squares += value * value;
      }
      coefficients[width * count + c * components + k] = -0.5 * sharpness * squares;
    }
  }
  return { width, form: "spherical tied", classOf, coefficients };
}

/** Levels of several factors that are samples scaled so that their sums spread as the data do, softly told apart. */
function drawLevels({ values, width }: View, components: number, factors: number, random: Random): Mixture {
  const { levels, at } = levelsOf(components, factors);
  const n = values.length / width;
  const drawn = Float64Array.from({ length: factors * levels * width }, () => 0);
  for (let l = 0; l < factors * levels; l++) {
    const row = random.integer(n);
    for (let j = 0; j < width; j++)
      drawn[l * width + j] = (values[row * width + j] as number) / Math.sqrt(factors);
  }
  const coefficients = new Float32Array((width + 1) * components);
  for (let k = 0; k < components; k++) {
    let squares = 0;
    for (let j = 0; j < width; j++) {
      let sum = 0;
      for (let f = 0; f < factors; f++) sum += drawn[(f * levels + at(k, f)) * width + j] as number;
      coefficients[j * components + k] = 2 * sum;
      squares += sum * sum;
    }
    coefficients[width * components + k] = -squares;
  }
  return { width, form: "spherical tied", classOf: new Int32Array(components), coefficients };
}

/** Factors and their levels: `at(component, factor)` is the level. */
interface Levels {
  factors: number;
  levels: number;
  at(component: number, factor: number): number;
}

export function levelsOf(components: number, factors: number): Levels {
  const levels = Math.round(components ** (1 / factors));
  return { factors, levels, at: (k, f) => Math.floor(k / levels ** f) % levels };
}

/**
 * The means nearest to those given, weighted by the components' sizes, that are sums of levels; and weights drawn towards those of
 * independent factors. Both in place.
 */
function constrain(
  means: Float64Array,
  weights: Float64Array,
  width: number,
  { factors, levels, at }: Levels,
): void {
  const count = weights.length;
  const columns = 1 + factors * (levels - 1);
  const design = Matrix.zeros(count, columns);
  for (let k = 0; k < count; k++) {
    design.set(k, 0, 1);
    for (let f = 0; f < factors; f++) {
      const level = at(k, f);
      if (level > 0) design.set(k, f * (levels - 1) + level, 1);
    }
  }
  const weighted = design.clone().mulColumnVector(Array.from(weights));
  const normal = weighted
    .transpose()
    .mmul(design)
    .add(Matrix.eye(columns, columns, 0.1));
  const wanted = new Matrix(count, width);
  for (let k = 0; k < count; k++)
    for (let j = 0; j < width; j++) wanted.set(k, j, means[k * width + j] as number);
  const fitted = design.mmul(solve(normal, weighted.transpose().mmul(wanted)));
  for (let k = 0; k < count; k++) for (let j = 0; j < width; j++) means[k * width + j] = fitted.get(k, j);
  const margins = new Float64Array(factors * levels);
  const n = weights.reduce((a, b) => a + b, 0);
  for (let k = 0; k < count; k++)
    for (let f = 0; f < factors; f++) {
      const margin = f * levels + at(k, f);
      margins[margin] = (margins[margin] as number) + (weights[k] as number) / n;
    }
  for (let k = 0; k < count; k++) {
    let share = 1;
    for (let f = 0; f < factors; f++) share *= margins[f * levels + at(k, f)] as number;
    weights[k] = (weights[k] as number) * (n / (n + 4 * count)) + share * n * ((4 * count) / (n + 4 * count));
  }
}

function drawFar(distances: Float64Array, random: Random): number {
  let left = random.uniform() * distances.reduce((a, b) => a + b, 0);
  for (let i = 0; i < distances.length; i++) {
    left -= distances[i] as number;
    if (left <= 0) return i;
  }
  return distances.length - 1;
}

/**
 * The weights, means and covariances that suit the responsibilities best.
 * @param sums of the features by component, [features, components]
 * @param second sum of x x' over all samples
 */
function maximise(
  sums: Float64Array,
  second: Float64Array,
  n: number,
  width: number,
  classOf: Int32Array,
  form: CovarianceForm,
  shrinkage: number,
  design: Levels | undefined,
): Mixture {
  const count = classOf.length;
  const features = sums.length / count;
  const sizes = sums.subarray((features - 1) * count);
  const means = new Float64Array(count * width);
  for (let k = 0; k < count; k++)
    for (let j = 0; j < width; j++)
      means[k * width + j] =
        (sums[(features - 1 - width + j) * count + k] as number) / Math.max(sizes[k] as number, 1e-6);
  const weights = sizes.slice();
  const free = means.slice();
  if (design !== undefined) constrain(means, weights, width, design);
  const tied = tiedCovariance(second, sizes, free, means, n, width, form, shrinkage);
  const logWeight = (k: number) => Math.log(((weights[k] as number) + 0.5) / (n + 0.5 * count));
  const coefficients = new Float32Array(features * count);
  const put = (k: number, { precision, logDeterminant }: ReturnType<typeof inverse>) => {
    let squares = 0;
    for (let a = 0; a < width; a++) {
      let sum = 0;
      for (let b = 0; b < width; b++) sum += precision.get(a, b) * (means[k * width + b] as number);
      coefficients[(features - 1 - width + a) * count + k] = sum;
      squares += sum * (means[k * width + a] as number);
    }
    coefficients[(features - 1) * count + k] =
      logWeight(k) + 0.5 * logDeterminant - 0.5 * width * Math.log(2 * Math.PI) - 0.5 * squares;
  };
  if (form !== "full") {
    const shared = inverse(tied);
    for (let k = 0; k < count; k++) put(k, shared);
    return { width, form, classOf, coefficients, whitener: shared.whitener };
  }
  // A component's covariance is drawn towards that of all, as if `width` samples more had come from it (Friedman 1989).
  for (let k = 0; k < count; k++) {
    const size = sizes[k] as number;
    const own = Matrix.zeros(width, width);
    let at = 0;
    for (let a = 0; a < width; a++) {
      for (let b = a; b < width; b++) {
        const product = (means[k * width + a] as number) * (means[k * width + b] as number);
        const sum = (sums[at++ * count + k] as number) - size * product + width * tied.get(a, b);
        own.set(a, b, sum / (size + width));
        own.set(b, a, own.get(a, b));
      }
    }
    const found = inverse(own);
    put(k, found);
    at = 0;
    for (let a = 0; a < width; a++)
      for (let b = a; b < width; b++)
        coefficients[at++ * count + k] = (a === b ? -0.5 : -1) * found.precision.get(a, b);
  }
  return { width, form, classOf, coefficients };
}

function tiedCovariance(
  second: Float64Array,
  sizes: Float64Array,
  free: Float64Array,
  means: Float64Array,
  n: number,
  width: number,
  form: CovarianceForm,
  shrinkage: number,
): Matrix {
  const covariance = Matrix.zeros(width, width);
  let trace = 0;
  for (let a = 0; a < width; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = (second[a * width + b] as number) + (a === b ? priorSamples : 0);
      // Of means that are not free: sum of (x - m)(x - m)' = x x' - f m' - m f' + m m'.
      for (let k = 0; k < sizes.length; k++) {
        const [fa, fb] = [free[k * width + a] as number, free[k * width + b] as number];
        const [ma, mb] = [means[k * width + a] as number, means[k * width + b] as number];
        sum -= (sizes[k] as number) * (fa * mb + ma * fb - ma * mb);
      }
      const value = (sum / (n + priorSamples)) * (1 - shrinkage) + (a === b ? shrinkage : 0);
      covariance.set(a, b, value);
      covariance.set(b, a, value);
    }
    trace += covariance.get(a, a);
  }
  if (form !== "spherical tied") return covariance;
  return Matrix.eye(width, width, Math.max(smallest, trace / width));
}

/** Precision, its log |det|, and the upper triangular whitening of rows, [width, width]: |x whitener|^2 = x' precision x. */
function inverse(covariance: Matrix) {
  const width = covariance.rows;
  let cholesky = new CholeskyDecomposition(covariance);
  for (let jitter = smallest; !cholesky.isPositiveDefinite(); jitter *= 10) {
    for (let a = 0; a < width; a++) covariance.set(a, a, Math.max(0, covariance.get(a, a)) + jitter);
    cholesky = new CholeskyDecomposition(covariance);
  }
  const lower = cholesky.lowerTriangularMatrix;
  const whitener = new Float32Array(width * width);
  const inverted = Matrix.zeros(width, width);
  let logDeterminant = 0;
  for (let c = 0; c < width; c++) {
    for (let a = c; a < width; a++) {
      let sum = a === c ? 1 : 0;
      for (let b = c; b < a; b++) sum -= lower.get(a, b) * inverted.get(b, c);
      inverted.set(a, c, sum / lower.get(a, a));
      whitener[c * width + a] = inverted.get(a, c);
    }
    logDeterminant -= 2 * Math.log(lower.get(c, c));
  }
  return { precision: inverted.transpose().mmul(inverted), logDeterminant, whitener };
}

/** Rows that are read at a time. */
const readSize = 8192;

/** What a mixture says of samples, in nats. */
export interface MixtureReading {
  /** log p(x), [n] */
  density: Float32Array;
  /** log p(x, y) of each class, [n, classes] */
  joint: Float32Array;
  /** p(component | x), whatever the class, [n, components] */
  components: Float32Array;
}

/** @param classes 1 when the mixture has none */
export async function readMixture(mixture: Mixture, x: View, classes: number): Promise<MixtureReading> {
  const n = rowsOf(x);
  const count = mixture.classOf.length;
  const reading: MixtureReading = {
    density: new Float32Array(n),
    joint: new Float32Array(n * classes),
    components: new Float32Array(n * count),
  };
  for (let at = 0; at < n; at += readSize) {
    const rows = Math.min(readSize, n - at);
    const part = x.values.subarray(at * x.width, (at + rows) * x.width);
    const [density, joint, components] = (await valuesOf(() => {
      const data = tf.tensor2d(part, [rows, x.width]);
      let logs: tf.Tensor = tf.matMul(featuresOf(data, mixture.form), coefficientsOf(mixture));
      if (mixture.whitener !== undefined) {
        const white = tf.matMul(data, tf.tensor2d(mixture.whitener, [x.width, x.width]));
        logs = tf.sub(logs, tf.mul(0.5, tf.sum(tf.square(white), 1, true)));
      }
      const byClass = tf.reshape(logs, [rows, classes, count / classes]);
      return [tf.logSumExp(logs, 1), tf.logSumExp(byClass, 2), tf.softmax(logs)];
    })) as [Float32Array, Float32Array, Float32Array];
    reading.density.set(density, at);
    reading.joint.set(joint, at * classes);
    reading.components.set(components, at * count);
  }
  return reading;
}
