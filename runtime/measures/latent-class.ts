import * as tf from "@tensorflow/tfjs-core";
import type { Random } from "../data/random.js";
import { levelsOf } from "./gaussian-mixture.js";
import { valuesOf } from "./values-of.js";
import { rowsOf, type View } from "./view.js";

/** p(component | x) of a view's mixture, [n, components]; of a factorial one a component is a choice of each factor's level. */
export interface Components extends View {
  factors: number;
}

/**
 * Latent classes (Lazarsfeld and Henry 1968) over the components of the mixtures of one or two views: given one, the views, the
 * factors of each and the class are independent. p(x1, x2, y) = sum_z p(z) p(y|z) sum_k p(k|z) p(x1|k) sum_l p(l|z) p(x2|l).
 * What one view tells, what both repeat and what only a pair of components tells are all of this form.
 */
export interface LatentClasses {
  /** p(k|z) / p(k) of each view, [components, latent]. */
  tables: readonly Float32Array[];
  /** p(z) p(y|z), [latent, classes] */
  target: Float32Array;
  latent: number;
}

const iterations = 150;
const starts = 4;
const startIterations = 30;
/** Rows on which starts are compared. */
const startRows = 1500;
const tiny = 1e-20;

interface State {
  tables: tf.Tensor2D[];
  target: tf.Tensor2D;
}

/**
 * Fits by expectation maximisation; p(k|z) is drawn towards p(k) as if one sample more had come from it, p(y|z) towards the
 * uniform distribution.
 */
export async function fitLatentClasses(
  views: readonly Components[],
  labels: Int32Array,
  classes: number,
  latent: number,
  random: Random,
): Promise<LatentClasses> {
  const n = labels.length;
  let best: { score: number; state: State } | undefined;
  for (let s = 0; s < starts; s++) {
    const start = draw(views, classes, latent, random);
    const found = await climb(views, labels, classes, Math.min(n, startRows), start, startIterations);
    const worse = best !== undefined && best.score >= found.score ? found : best;
    if (worse !== undefined) tf.dispose([...worse.state.tables, worse.state.target]);
    if (worse !== found) best = found;
  }
  const { state } = await climb(views, labels, classes, n, best?.state as State, iterations);
  const [target, ...tables] = await valuesOf(() => [state.target, ...state.tables]);
  return { tables, target: target as Float32Array, latent };
}

function draw(views: readonly Components[], classes: number, latent: number, random: Random): State {
  const positive = (rows: number, columns: number) =>
    tf.tensor2d(
      Float32Array.from({ length: rows * columns }, () => 0.05 + random.normal() ** 4),
      [rows, columns],
    );
  return { tables: views.map(({ width }) => positive(width, latent)), target: positive(latent, classes) };
}

/** Which level of which factor each component has, [factors levels, components]. */
function membership({ width, factors }: Components): tf.Tensor2D {
  const { levels, at } = levelsOf(width, factors);
  const values = new Float32Array(factors * levels * width);
  for (let k = 0; k < width; k++)
    for (let f = 0; f < factors; f++) values[(f * levels + at(k, f)) * width + k] = 1;
  return tf.tensor2d(values, [factors * levels, width]);
}

/** Expectation maximisation. Takes the start and disposes of it. */
async function climb(
  views: readonly Components[],
  labels: Int32Array,
  classes: number,
  n: number,
  start: State,
  steps: number,
): Promise<{ state: State; score: number }> {
  const sides = views.map((view) =>
    tf.tidy(() => {
      const q = tf.tensor2d(view.values.subarray(0, n * view.width), [n, view.width]);
      const prior = tf.add(tf.mean(q, 0, true), 1e-6) as tf.Tensor2D;
      const own = membership(view);
      return {
        factors: view.factors,
        tensors: {
          q,
          ratios: tf.transpose(tf.div(q, prior)) as tf.Tensor2D,
          prior: tf.transpose(prior) as tf.Tensor2D,
          own,
          components: tf.transpose(own) as tf.Tensor2D,
        },
      };
    }),
  );
  const wanted = tf.tidy(() => {
    const rows = tf.cast(
      tf.oneHot(tf.tensor1d(labels.subarray(0, n), "int32"), classes),
      "float32",
    ) as tf.Tensor2D;
    return { rows, byClass: tf.transpose(rows) as tf.Tensor2D };
  });
  /** p(k|z) / p(k) of what is proportional to p(k|z) / p(k); where there are factors p(k|z) is the product of theirs. */
  const normal = (
    { factors, tensors: { prior, own, components } }: (typeof sides)[number],
    table: tf.Tensor,
  ) => {
    const counts = tf.mul(table, prior);
    const shares = tf.div(counts, tf.sum(counts, 0, true)) as tf.Tensor2D;
    if (factors === 1) return tf.div(shares, prior) as tf.Tensor2D;
    const logs = tf.log(tf.add(tf.matMul(own, shares), tiny)) as tf.Tensor2D;
    return tf.div(tf.exp(tf.matMul(components, logs)), prior) as tf.Tensor2D;
  };
  let state: State = tf.tidy(() => ({
    tables: sides.map((side, m) => normal(side, start.tables[m] as tf.Tensor2D)),
    target: tf.div(start.target, tf.sum(start.target)) as tf.Tensor2D,
  }));
  tf.dispose([...start.tables, start.target]);
  let score = -Infinity;
  for (let step = 1; step <= steps; step++) {
    const checked = step % 10 === 0 || step === steps;
    const { likelihood, ...next } = tf.tidy(() => {
      const told = sides.map(({ tensors }, m) => tf.matMul(tensors.q, state.tables[m] as tf.Tensor2D));
      const byTarget = tf.matMul(wanted.rows, tf.transpose(state.target) as tf.Tensor2D);
      const joint = tf.add(
        told.reduce<tf.Tensor>((product, one) => tf.mul(product, one), byTarget),
        tiny,
      );
      const total = tf.sum(joint, 1, true);
      const shares = tf.div(joint, total) as tf.Tensor2D;
      const tables = sides.map((side, m) => {
        const weighted = tf.div(shares, tf.add(told[m] as tf.Tensor2D, tiny)) as tf.Tensor2D;
        const counts = tf.mul(state.tables[m] as tf.Tensor2D, tf.matMul(side.tensors.ratios, weighted));
        return normal(side, tf.add(counts, 1));
      });
      const target = tf.add(tf.transpose(tf.matMul(wanted.byClass, shares)), 1 / classes);
      return {
        tables,
        target: tf.div(target, tf.sum(target)) as tf.Tensor2D,
        likelihood: checked ? tf.mean(tf.log(total)) : tf.scalar(0),
      };
    });
    tf.dispose([...state.tables, state.target]);
    state = next;
    const before = score;
    if (checked) score = (await likelihood.data())[0] as number;
    likelihood.dispose();
    if (checked && score - before < 1e-3) break;
  }
  tf.dispose([wanted.rows, wanted.byClass, ...sides.flatMap(({ tensors }) => Object.values(tensors))]);
  return { state, score };
}

const readSize = 8192;

/** log p(y | x) in nats, [n, classes]. */
export async function readLatentClasses(
  { tables, target, latent }: LatentClasses,
  views: readonly View[],
  classes: number,
): Promise<Float32Array> {
  const n = rowsOf(views[0] as View);
  const result = new Float32Array(n * classes);
  for (let at = 0; at < n; at += readSize) {
    const rows = Math.min(readSize, n - at);
    const [logs] = await valuesOf(() => {
      const told = views.map(({ values, width }, m) =>
        tf.matMul(
          tf.tensor2d(values.subarray(at * width, (at + rows) * width), [rows, width]),
          tf.tensor2d(tables[m] as Float32Array, [width, latent]),
        ),
      );
      const product = told.reduce((a, b) => tf.mul(a, b) as tf.Tensor2D);
      const joint = tf.add(tf.matMul(product, tf.tensor2d(target, [latent, classes])), tiny);
      return [tf.log(tf.div(joint, tf.sum(joint, 1, true)))];
    });
    result.set(logs as Float32Array, at * classes);
  }
  return result;
}
