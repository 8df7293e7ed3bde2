import * as tf from "@tensorflow/tfjs-core";
import type { Random } from "../data/random.js";
import { valuesOf } from "./values-of.js";
import { rowsOf, type View } from "./view.js";

/**
 * Latent classes (Lazarsfeld and Henry 1968) over the components of the mixtures of two views: given one, view, view and class are
 * independent. p(x1, x2, y) = sum_z p(z) p(y|z) sum_k p(k|z) p(x1|k) sum_l p(l|z) p(x2|l). What one view tells, what both
 * repeat and what only a pair of components tells are all of this form.
 */
export interface LatentClasses {
  /** p(k|z) / p(k), [components of the first view, latent]; the same of the second. */
  first: Float32Array;
  second: Float32Array;
  /** p(z) p(y|z), [latent, classes] */
  target: Float32Array;
  latent: number;
}

const iterations = 120;
const starts = 3;
const startIterations = 25;
/** Rows on which starts are compared. */
const startRows = 3000;

interface State {
  first: tf.Tensor2D;
  second: tf.Tensor2D;
  target: tf.Tensor2D;
}

/**
 * Fits by expectation maximisation; p(k|z) is drawn towards p(k) as if one sample more had come from it, p(y|z) towards the
 * uniform distribution.
 * @param q1 p(component | x1), [n, components]
 */
export function fitLatentClasses(
  q1: View,
  q2: View,
  labels: Int32Array,
  classes: number,
  latent: number,
  random: Random,
): LatentClasses {
  const n = rowsOf(q1);
  const some = Math.min(n, startRows);
  let best: { score: number; state: State } | undefined;
  for (let s = 0; s < starts; s++) {
    const start = draw(q1.width, q2.width, classes, latent, random);
    const found = climb(q1, q2, labels, classes, some, start, startIterations);
    if (best === undefined || found.score > best.score) {
      if (best !== undefined) tf.dispose({ ...best.state });
      best = found;
    } else tf.dispose({ ...found.state });
  }
  const { state } = climb(q1, q2, labels, classes, n, best?.state as State, iterations);
  const copy = (tensor: tf.Tensor) => Float32Array.from(tensor.dataSync());
  const result = { first: copy(state.first), second: copy(state.second), target: copy(state.target), latent };
  tf.dispose({ ...state });
  return result;
}

function draw(first: number, second: number, classes: number, latent: number, random: Random): State {
  const positive = (rows: number, columns: number) =>
    tf.tensor2d(
      Float32Array.from({ length: rows * columns }, () => 0.05 + random.normal() ** 4),
      [rows, columns],
    );
  return { first: positive(first, latent), second: positive(second, latent), target: positive(latent, classes) };
}

/** Takes the start and disposes of it. */
function climb(
  q1: View,
  q2: View,
  labels: Int32Array,
  classes: number,
  n: number,
  start: State,
  steps: number,
): { state: State; score: number } {
  const fixed = tf.tidy(() => {
    const side = ({ values, width }: View) => {
      const q = tf.tensor2d(values.subarray(0, n * width), [n, width]);
      const prior = tf.add(tf.mean(q, 0, true), 1e-6);
      return { q, ratios: tf.transpose(tf.div(q, prior)) as tf.Tensor2D, prior: tf.transpose(prior) };
    };
    const own = tf.cast(tf.oneHot(tf.tensor1d(labels.subarray(0, n), "int32"), classes), "float32") as tf.Tensor2D;
    return { one: side(q1), two: side(q2), own, byClass: tf.transpose(own) as tf.Tensor2D };
  });
  const normal = (side: typeof fixed.one, p: tf.Tensor) => tf.div(p, tf.sum(tf.mul(p, side.prior), 0, true)) as tf.Tensor2D;
  let state: State = tf.tidy(() => ({
    first: normal(fixed.one, start.first),
    second: normal(fixed.two, start.second),
    target: tf.div(start.target, tf.sum(start.target)) as tf.Tensor2D,
  }));
  tf.dispose({ ...start });
  let score = -Infinity;
  for (let step = 1; step <= steps; step++) {
    const checked = step % 5 === 0 || step === steps;
    const { likelihood, ...next } = tf.tidy(() => {
      const u = tf.matMul(fixed.one.q, state.first);
      const v = tf.matMul(fixed.two.q, state.second);
      const byTarget = tf.matMul(fixed.own, tf.transpose(state.target) as tf.Tensor2D);
      const joint = tf.add(tf.mul(tf.mul(u, v), byTarget), 1e-20);
      const total = tf.sum(joint, 1, true);
      const shares = tf.div(joint, total) as tf.Tensor2D;
      const updated = (side: typeof fixed.one, p: tf.Tensor2D, sums: tf.Tensor) =>
        normal(side, tf.add(tf.mul(p, tf.matMul(side.ratios, tf.div(shares, tf.add(sums, 1e-20)) as tf.Tensor2D)), 1));
      const target = tf.add(tf.transpose(tf.matMul(fixed.byClass, shares)), 1 / classes);
      return {
        first: updated(fixed.one, state.first, u),
        second: updated(fixed.two, state.second, v),
        target: tf.div(target, tf.sum(target)) as tf.Tensor2D,
        likelihood: checked ? tf.mean(tf.log(total)) : tf.scalar(0),
      };
    });
    tf.dispose({ ...state });
    state = next;
    const found = checked ? (likelihood.dataSync()[0] as number) : score;
    likelihood.dispose();
    if (checked && found - score < 5e-4) {
      score = found;
      break;
    }
    score = found;
  }
  tf.dispose([fixed.own, fixed.byClass, ...Object.values(fixed.one), ...Object.values(fixed.two)]);
  return { state, score };
}

const readSize = 8192;

/**
 * log p(y | x1, x2) in nats, [n, classes].
 * @param q1 p(component | x1), [n, components]
 */
export function readLatentClasses(fitted: LatentClasses, q1: View, q2: View, classes: number): Float32Array {
  const n = rowsOf(q1);
  const result = new Float32Array(n * classes);
  for (let at = 0; at < n; at += readSize) {
    const rows = Math.min(readSize, n - at);
    const part = ({ values, width }: View) =>
      tf.tensor2d(values.subarray(at * width, (at + rows) * width), [rows, width]);
    const [logs] = valuesOf(() => {
      const u = tf.matMul(part(q1), tf.tensor2d(fitted.first, [q1.width, fitted.latent]));
      const v = tf.matMul(part(q2), tf.tensor2d(fitted.second, [q2.width, fitted.latent]));
      const joint = tf.matMul(tf.mul(u, v) as tf.Tensor2D, tf.tensor2d(fitted.target, [fitted.latent, classes]));
      const kept = tf.add(joint, 1e-20);
      return [tf.log(tf.div(kept, tf.sum(kept, 1, true)))];
    });
    result.set(logs as Float32Array, at * classes);
  }
  return result;
}
