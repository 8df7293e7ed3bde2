import { Random } from "../data/random.js";
import { atomsOf, type Atoms } from "./atoms.js";
import { meanEstimate, type Estimate } from "./bootstrap.js";
import { withPool } from "../parallel/share-out.js";
import { calibrateAcross, crossRead, type CrossRead, type Quantities } from "./cross-fit.js";
import { chooseEstimators, informationNames } from "./estimators.js";
import { stratifiedFolds } from "./folds.js";
import { standardise } from "./standardise.js";
import { checkMeasurable, type View } from "./view.js";

export interface LsmiOptions {
  /** Each sample is read by models that learned from the other folds. @default 5 */
  folds?: number;
  /** Times that the folds are drawn anew; the mean is kept, its spread is the error of a sample. @default 2 */
  repeats?: number;
  /** @default 0 */
  seed?: number;
  /** Shifts r so that no mean is negative, as the published code does; the sum stays. @default false */
  adjusted?: boolean;
  /** Called with the share that is done, in [0, 1]. */
  onProgress?: (fraction: number) => void | Promise<void>;
}

/** Interactions of each sample, in nats. */
export interface SamplePid extends Atoms {
  /** Standard error of each sample's value, from the repeats; NaN with one repeat. */
  errors: Atoms;
  /** Pointwise mutual informations with the target, in nats. */
  i1: Float64Array;
  i2: Float64Array;
  i12: Float64Array;
  /** -log p(x) of the standardised modalities, in nats. */
  h1: Float64Array;
  h2: Float64Array;
  means: Record<keyof Atoms, Estimate>;
  /** The models that were chosen, with how many folds chose them. */
  chosen: { classifiers: Record<string, number>; densities: Record<string, number> };
}

/**
 * Sample-level redundancy, uniqueness and synergy of two modalities (LSMI, Yang et al. 2025, arXiv 2506.17248; its equations
 * follow Finn and Lizier 2018). i = log p(y|x) - log p(y) comes from calibrated classifiers on x1, x2 and both, h = -log p(x) from
 * Gaussian mixtures of the whitened modalities. Kinds of model are chosen once by held-out likelihood; no sample is read by a
 * model, a calibration or class frequencies that learned from it.
 * @param x1 [n, width1]
 * @param x2 [n, width2]
 * @param labels [n], in 0 .. classes - 1
 * @throws RangeError when there are fewer than 4 samples a fold, the lengths differ, a value isn't finite or a label is no class
 */
export async function lsmi(
  x1: View,
  x2: View,
  labels: Int32Array,
  classes: number,
  { folds = 5, repeats = 2, seed = 0, adjusted = false, onProgress }: LsmiOptions = {},
): Promise<SamplePid> {
  const n = labels.length;
  checkMeasurable(x1, x2, labels, classes, folds);
  const views = [await standardise(x1), await standardise(x2)] as const;
  const names = ["i1", "i2", "i12", "h1", "h2"] as const;
  const means = Object.fromEntries(names.map((name) => [name, new Float64Array(n)])) as Quantities;
  const drawn: Atoms[] = [];
  const random = new Random(seed).fork("lsmi");
  const total = repeats * folds + 5;
  let done = 0;
  const advance = async () => onProgress?.(++done / total);
  const draws = Array.from({ length: repeats }, (_, repeat) => {
    const stream = random.fork(`repeat ${repeat}`);
    return { folds: stratifiedFolds(labels, folds, stream.fork("folds")), random: stream };
  });
  const { plan, reads } = await withPool(async (pool) => {
    const plan = await chooseEstimators(views, labels, classes, random.fork("choice"), pool, advance);
    return { plan, reads: await crossRead(plan, views, labels, classes, draws, pool, advance) };
  });
  for (const [repeat, { folds: parts }] of draws.entries()) {
    const values = calibrateAcross(reads[repeat] as CrossRead, labels, classes, parts);
    drawn.push(atomsOf(values.i1, values.i2, values.i12, values.h1, values.h2));
    for (const name of names)
      values[name].forEach((v, i) => (means[name][i] = (means[name][i] as number) + v / repeats));
  }
  const count = repeats * folds;
  const chosen: SamplePid["chosen"] = {
    classifiers: Object.fromEntries(
      informationNames.map((key) => [`${key}: ${plan.classifiers[key].name}`, count]),
    ),
    densities: Object.fromEntries(plan.densities.map(({ name }, m) => [`h${m + 1}: ${name}`, count])),
  };

  const atoms = averaged(drawn, n);
  if (adjusted) shiftToNonNegative(atoms);
  const keys = ["r", "u1", "u2", "s"] as const;
  return {
    ...atoms,
    ...means,
    errors: Object.fromEntries(
      keys.map((key) => [key, standardErrors(drawn.map((draw) => draw[key]))]),
    ) as unknown as Atoms,
    means: Object.fromEntries(keys.map((key) => [key, meanEstimate(atoms[key])])) as Record<
      keyof Atoms,
      Estimate
    >,
    chosen,
  };
}

function averaged(draws: readonly Atoms[], n: number): Atoms {
  const mean = (key: keyof Atoms) => {
    const values = new Float64Array(n);
    for (const draw of draws)
      draw[key].forEach((v, i) => (values[i] = (values[i] as number) + v / draws.length));
    return values;
  };
  return { r: mean("r"), u1: mean("u1"), u2: mean("u2"), s: mean("s") };
}

function standardErrors(draws: readonly Float64Array[]): Float64Array {
  const count = draws.length;
  const [first = new Float64Array(0)] = draws;
  return first.map((_, i) => {
    if (count < 2) return NaN;
    const values = draws.map((draw) => draw[i] as number);
    const mean = values.reduce((a, b) => a + b, 0) / count;
    return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (count - 1) / count);
  });
}

/** Adds to r what keeps all four means at 0 or above, if anything does. */
function shiftToNonNegative({ r, u1, u2, s }: Atoms): void {
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
  const shift = Math.min(Math.max(0, -mean(r), -mean(s)), Math.max(0, Math.min(mean(u1), mean(u2))));
  for (let i = 0; i < r.length; i++) {
    r[i] = (r[i] as number) + shift;
    s[i] = (s[i] as number) + shift;
    u1[i] = (u1[i] as number) - shift;
    u2[i] = (u2[i] as number) - shift;
  }
}
