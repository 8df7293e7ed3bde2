import * as tf from "@tensorflow/tfjs-core";
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Random } from "../data/random.js";
import { valuesOf } from "./values-of.js";
import type { View } from "./view.js";

/** Covariances: one for all components or one each; a multiple of the identity, diagonal, or full. */
export type CovarianceForm = "spherical tied" | "diagonal tied" | "full tied" | "diagonal" | "full";

export interface MixtureOptions {
  form: CovarianceForm;
  /** Components of each class, or of all samples together when there are no classes. */
  components: number;
  /** How far a full covariance is drawn towards its diagonal, in [0, 1]. */
  shrinkage: number;
  iterations: number;
}

/** A Gaussian mixture; a component may belong to one class only. */
export interface Mixture {
  width: number;
  /** log of each component's weight. */
  logWeights: Float64Array;
  /** The class of each component; 0 when there are no classes. */
  classOf: Int32Array;
  /** [components, width] */
  means: Float32Array;
  /** Whitening of each component, [components or 1, width, width] (full) or [components or 1, width] (else). */
  whitener: Float32Array;
  /** log |det| of each whitening. */
  logDeterminants: Float64Array;
  form: CovarianceForm;
}

const smallest = 1e-4;
const isFull = (form: CovarianceForm) => form.startsWith("full");
const isTied = (form: CovarianceForm) => form.endsWith("tied");

/**
 * Fits a mixture by expectation maximisation (Dempster, Laird and Rubin 1977). With classes each sample belongs only to components
 * of its own class: the joint density of x and y.
 * @param x [n, width]
 * @param classes 1 when there are none
 */
export function fitMixture(
  x: View,
  labels: Int32Array,
  classes: number,
  options: MixtureOptions,
  random: Random,
): Mixture {
  const { values, width } = x;
  const n = labels.length;
  const { components, form } = options;
  const count = classes * components;
  const classOf = Int32Array.from({ length: count }, (_, k) => Math.floor(k / components));
  let responsibilities = firstAssignment(x, labels, classes, components, random);
  const data = tf.tensor2d(values, [n, width]);
  try {
    let mixture = maximise(data, responsibilities, classOf, options);
    if (components === 1) return mixture;
    let before = -Infinity;
    for (let i = 0; i < options.iterations; i++) {
      const step = expect(data, mixture, labels);
      responsibilities = step.responsibilities;
      mixture = maximise(data, responsibilities, classOf, { ...options, form });
      if (step.logLikelihood - before < 1e-4) break;
      before = step.logLikelihood;
    }
    return mixture;
  } finally {
    data.dispose();
  }
}

/** Each sample to the nearest of its class's centres, which are drawn far apart (k-means++, Arthur and Vassilvitskii 2007). */
function firstAssignment(
  { values, width }: View,
  labels: Int32Array,
  classes: number,
  components: number,
  random: Random,
): Float32Array {
  const n = labels.length;
  const count = classes * components;
  const result = new Float32Array(n * count);
  for (let c = 0; c < classes; c++) {
    const members = [...labels.keys()].filter((i) => classes === 1 || labels[i] === c);
    if (members.length === 0) continue;
    const nearest = new Float64Array(members.length).fill(Infinity);
    const assigned = new Int32Array(members.length);
    for (let k = 0; k < components; k++) {
      const centre = members[k === 0 ? random.integer(members.length) : drawFar(nearest, random)] as number;
      members.forEach((i, m) => {
        let distance = 0;
        for (let j = 0; j < width; j++) {
          distance += ((values[i * width + j] as number) - (values[centre * width + j] as number)) ** 2;
        }
        if (distance < (nearest[m] as number)) {
          nearest[m] = distance;
          assigned[m] = k;
        }
      });
    }
    members.forEach((i, m) => (result[i * count + c * components + (assigned[m] as number)] = 1));
  }
  return result;
}

function drawFar(distances: Float64Array, random: Random): number {
  let left = random.uniform() * distances.reduce((a, b) => a + b, 0);
  for (let i = 0; i < distances.length; i++) {
    left -= distances[i] as number;
    if (left <= 0) return i;
  }
  return distances.length - 1;
}

/** The weights, means and covariances that suit the responsibilities [n, components] best. */
function maximise(
  data: tf.Tensor2D,
  responsibilities: Float32Array,
  classOf: Int32Array,
  { form, shrinkage }: MixtureOptions,
): Mixture {
  const [n, width] = data.shape;
  const count = classOf.length;
  const [counted, sums, ...products] = valuesOf(() => {
    const r = tf.tensor2d(responsibilities, [n, count]);
    const rt = tf.transpose(r);
    const seconds: tf.Tensor[] = [];
    if (form === "full tied") {
      seconds.push(tf.matMul(tf.transpose(data), data));
    } else if (form === "full") {
      for (let k = 0; k < count; k++) {
        const weighted = tf.mul(data, tf.slice(r, [0, k], [n, 1]));
        seconds.push(tf.matMul(tf.transpose(weighted), data));
      }
    } else {
      seconds.push(tf.matMul(rt, tf.square(data)));
    }
    return [tf.sum(r, 0), tf.matMul(rt, data), ...seconds];
  }) as [Float32Array, Float32Array, ...Float32Array[]];
  const sizes = Float64Array.from(counted);
  const seconds = products.map((values) => Float64Array.from(values));
  const means = new Float32Array(count * width);
  for (let k = 0; k < count; k++) {
    for (let j = 0; j < width; j++) {
      means[k * width + j] = (sums[k * width + j] as number) / Math.max(sizes[k] as number, 1e-6);
    }
  }
  const total = sizes.reduce((a, b) => a + b, 0);
  const logWeights = sizes.map((size) => Math.log((size + 0.5) / (total + 0.5 * count)));
  const tied = isTied(form);
  const groups = tied ? 1 : count;
  const whitener = new Float32Array(groups * width * (isFull(form) ? width : 1));
  const logDeterminants = new Float64Array(count);
  for (let g = 0; g < groups; g++) {
    const members = tied ? Array.from({ length: count }, (_, k) => k) : [g];
    const size = tied ? total : (sizes[g] as number);
    const logDeterminant = isFull(form)
      ? fullWhitener(whitener, g, width, seconds[g] as Float64Array, members, sizes, means, size, shrinkage)
      : diagonalWhitener(whitener, g, width, seconds[0] as Float64Array, members, sizes, means, size, form);
    for (const k of members) logDeterminants[k] = logDeterminant;
  }
  return { width, logWeights, classOf, means, whitener, logDeterminants, form };
}

/** Samples that a component's variance is worth before it has seen any: it keeps small components from collapsing. */
const priorSamples = 1;

function diagonalWhitener(
  whitener: Float32Array,
  group: number,
  width: number,
  seconds: Float64Array,
  members: readonly number[],
  sizes: Float64Array,
  means: Float32Array,
  size: number,
  form: CovarianceForm,
): number {
  const variances = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    let sum = priorSamples;
    for (const k of members) {
      sum +=
        (seconds[k * width + j] as number) - (sizes[k] as number) * (means[k * width + j] as number) ** 2;
    }
    variances[j] = Math.max(smallest, sum / (size + priorSamples));
  }
  if (form === "spherical tied") variances.fill(variances.reduce((a, b) => a + b, 0) / width);
  let logDeterminant = 0;
  for (let j = 0; j < width; j++) {
    whitener[group * width + j] = 1 / Math.sqrt(variances[j] as number);
    logDeterminant -= 0.5 * Math.log(variances[j] as number);
  }
  return logDeterminant;
}

function fullWhitener(
  whitener: Float32Array,
  group: number,
  width: number,
  seconds: Float64Array,
  members: readonly number[],
  sizes: Float64Array,
  means: Float32Array,
  size: number,
  shrinkage: number,
): number {
  const covariance = Matrix.zeros(width, width);
  for (let a = 0; a < width; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = a === b ? priorSamples : 0;
      sum += seconds[a * width + b] as number;
      for (const k of members) {
        sum -= (sizes[k] as number) * (means[k * width + a] as number) * (means[k * width + b] as number);
      }
      const value = (sum / (size + priorSamples)) * (a === b ? 1 : 1 - shrinkage);
      covariance.set(a, b, a === b ? Math.max(smallest, value) : value);
      covariance.set(b, a, covariance.get(a, b));
    }
  }
  let cholesky = new CholeskyDecomposition(covariance);
  for (let jitter = 1e-4; !cholesky.isPositiveDefinite(); jitter *= 10) {
    for (let a = 0; a < width; a++) covariance.set(a, a, covariance.get(a, a) + jitter);
    cholesky = new CholeskyDecomposition(covariance);
  }
  // x -> L^-1 x whitens; as rows are samples, what is kept is its transpose.
  const lower = cholesky.lowerTriangularMatrix;
  let logDeterminant = 0;
  for (let c = 0; c < width; c++) {
    const column = new Float64Array(width);
    for (let a = c; a < width; a++) {
      let sum = a === c ? 1 : 0;
      for (let b = c; b < a; b++) sum -= lower.get(a, b) * (column[b] as number);
      column[a] = sum / lower.get(a, a);
      whitener[group * width * width + c * width + a] = column[a] as number;
    }
    logDeterminant -= Math.log(lower.get(c, c));
  }
  return logDeterminant;
}

/** log of weight times density of each component, in nats: [n, components]. The caller tidies. */
function logComponents(data: tf.Tensor2D, mixture: Mixture): tf.Tensor2D {
  const { width, means, whitener, form, logWeights, logDeterminants } = mixture;
  const count = logWeights.length;
  const constant = Float32Array.from(
    logWeights,
    (weight, k) => weight + (logDeterminants[k] as number) - 0.5 * width * Math.log(2 * Math.PI),
  );
  const centres = tf.tensor2d(means, [count, width]);
  let distances: tf.Tensor2D;
  if (form === "full") {
    const each: tf.Tensor2D[] = [];
    for (let k = 0; k < count; k++) {
      const whiten = tf.tensor2d(whitener.subarray(k * width * width, (k + 1) * width * width), [
        width,
        width,
      ]);
      const white = tf.matMul(tf.sub(data, tf.slice(centres, [k, 0], [1, width])) as tf.Tensor2D, whiten);
      each.push(tf.sum(tf.square(white), 1, true));
    }
    distances = tf.concat(each, 1);
  } else if (form === "diagonal") {
    const precision = tf.square(tf.tensor2d(whitener, [count, width]));
    const scaled = tf.mul(centres, precision);
    const squares = tf.matMul(tf.square(data), tf.transpose(precision) as tf.Tensor2D);
    const products = tf.matMul(data, tf.transpose(scaled) as tf.Tensor2D);
    const own = tf.reshape(tf.sum(tf.mul(centres, scaled), 1), [1, count]);
    distances = tf.add(tf.sub(squares, tf.mul(2, products)), own);
  } else {
    const whiten = (rows: tf.Tensor2D): tf.Tensor2D =>
      form === "full tied"
        ? tf.matMul(rows, tf.tensor2d(whitener, [width, width]))
        : tf.mul(rows, tf.tensor1d(whitener));
    const [white, whiteCentres] = [whiten(data), whiten(centres)];
    const products = tf.matMul(white, tf.transpose(whiteCentres) as tf.Tensor2D);
    const own = tf.reshape(tf.sum(tf.square(whiteCentres), 1), [1, count]);
    distances = tf.add(tf.sub(tf.sum(tf.square(white), 1, true), tf.mul(2, products)), own);
  }
  return tf.add(tf.tensor1d(constant), tf.mul(-0.5, distances)) as tf.Tensor2D;
}

/** Which components each sample belongs to, among those of its class. */
function expect(
  data: tf.Tensor2D,
  mixture: Mixture,
  labels: Int32Array,
): { responsibilities: Float32Array; logLikelihood: number } {
  const [n] = data.shape;
  const count = mixture.classOf.length;
  const single = mixture.classOf.every((c) => c === 0);
  const [responsibilities, likelihoods] = valuesOf(() => {
    let logs = logComponents(data, mixture);
    if (!single) {
      const mask = new Float32Array(n * count);
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < count; k++) mask[i * count + k] = mixture.classOf[k] === labels[i] ? 0 : -1e9;
      }
      logs = tf.add(logs, tf.tensor2d(mask, [n, count]));
    }
    return [tf.softmax(logs), tf.mean(tf.logSumExp(logs, 1))];
  });
  return {
    responsibilities: responsibilities as Float32Array,
    logLikelihood: likelihoods?.[0] as number,
  };
}

/** Rows that are read at a time. */
const readSize = 8192;

/**
 * Reads a mixture: log p(x) in nats, [n], and log p(x, y) of each class, [n, classes].
 * @param classes 1 when the mixture has none
 */
export function readMixture(
  mixture: Mixture,
  x: View,
  classes: number,
): { density: Float32Array; joint: Float32Array } {
  const n = x.values.length / x.width;
  const perClass = mixture.classOf.length / classes;
  const density = new Float32Array(n);
  const joint = new Float32Array(n * classes);
  for (let at = 0; at < n; at += readSize) {
    const rows = Math.min(readSize, n - at);
    const part = x.values.subarray(at * x.width, (at + rows) * x.width);
    const [total, byClass] = valuesOf(() => {
      const logs = logComponents(tf.tensor2d(part, [rows, x.width]), mixture);
      return [tf.logSumExp(logs, 1), tf.logSumExp(tf.reshape(logs, [rows, classes, perClass]), 2)];
    });
    density.set(total as Float32Array, at);
    joint.set(byClass as Float32Array, at * classes);
  }
  return { density, joint };
}
