import type { Random } from "../data/random.js";
import { beats, meanOf } from "./challenge.js";
import { choosingSplit, screeningPart } from "./folds.js";
import {
  fitMixture,
  readMixture,
  widestFull,
  type CovarianceForm,
  type MixtureOptions,
} from "./gaussian-mixture.js";
import type { Components } from "./latent-class.js";
import { firstColumns, firstRows, rowsOf, takeRows, type View } from "./view.js";

/**
 * A kind of density of a whitened view: a Gaussian mixture of its first axes, and a standard normal distribution of each axis
 * that follows, which whitening made uncorrelated and of variance 1.
 */
export interface DensityPlan {
  /** For people. */
  name: string;
  axes: number;
  /** True when each class has components of its own. */
  byClass: boolean;
  options: MixtureOptions;
}

export interface Density {
  /** log p(x) in nats, [n], and p(component | x), [n, components]. */
  read(x: View): Promise<{ density: Float32Array; components: Components }>;
}

/** Sizes of mixtures that are tried, the next as long as the last was likelier. */
const sizes = [4, 8, 16, 32, 64];
/** Widest view of which a mixture of all axes is tried when some lead. */
const widestWhole = 48;

/** Candidates, from the simplest on, in rows of growing size: a row ends where its next is less likely. */
function* rowsOfCandidates(
  { leading, width }: { leading: number; width: number },
  classes: number,
  samples: number,
): Generator<DensityPlan[]> {
  const plan = (axes: number, form: CovarianceForm, components: number, byClass: boolean): DensityPlan => ({
    name: `${form}, ${components} ${byClass ? "a class" : "in all"}, ${axes} of ${width} axes`,
    axes,
    byClass,
    options: { form, components, starts: components > 8 ? 2 : 1 },
  });
  const perClass = samples / classes;
  const axesTried = leading > 0.8 * width ? [width] : width <= widestWhole ? [leading, width] : [leading];
  for (const axes of axesTried) {
    yield [plan(axes, "full tied", 1, true)];
    if (axes <= widestFull && perClass > 2 * axes) yield [plan(axes, "full", 1, true)];
  }
  // A component under a tied covariance needs samples for its mean alone.
  const [narrowest = width] = axesTried;
  for (const axes of axesTried)
    yield sizes.filter((size) => samples / size >= 16).map((size) => plan(axes, "full tied", size, false));
  // Factors that vary on their own: few parameters for many components.
  for (const levels of [2, 3, 4, 8]) {
    const factorial = [2, 3, 4, 5, 6].filter((factors) => levels ** factors <= 64);
    yield factorial.map((factors) => ({
      ...plan(narrowest, "full tied", levels ** factors, false),
      name: `${factors} factors of ${levels} levels, ${narrowest} of ${width} axes`,
      options: { form: "full tied", components: levels ** factors, factors, starts: 8 },
    }));
  }
  if (narrowest <= widestFull) {
    const most = samples / (3 * narrowest + 10);
    yield [2, ...sizes].filter((size) => size <= most).map((size) => plan(narrowest, "full", size, false));
  }
}

/** Kinds that are left after they were tried on few samples. */
const shortlisted = 4;
const screeningStarts = 2;

/** Chooses the kind of density under which held-out samples are most likely; ties go to the simpler one. */
export async function chooseDensity(
  x: View,
  leading: number,
  labels: Int32Array,
  classes: number,
  random: Random,
): Promise<DensityPlan> {
  const { train, held } = choosingSplit(labels, random);
  const [inner, outer] = [takeRows(x, train), takeRows(x, held)];
  const innerLabels = Int32Array.from(train, (row) => labels[row] as number);
  const judge = async (plan: DensityPlan, part = { train: train.length, held: held.length }) => {
    const known = innerLabels.subarray(0, part.train);
    const learned = firstRows(inner, part.train);
    const fitted = await fitDensity(plan, learned, known, classes, random.fork(plan.name));
    return (await fitted.read(firstRows(outer, part.held))).density;
  };
  const rows = [...rowsOfCandidates({ leading, width: x.width }, classes, train.length)];
  const screening = screeningPart(train.length, held.length);
  const tried =
    screening === undefined ? rows : [await shortlist(rows, (plan) => judge(fewerStarts(plan), screening))];
  const gaussian: DensityPlan = {
    name: "one Gaussian",
    axes: 1,
    byClass: false,
    options: { form: "full tied", components: 1 },
  };
  let best = { plan: gaussian, logs: await judge(gaussian) };
  for (const row of tried) {
    let before = -Infinity;
    for (const plan of row) {
      const logs = await judge(plan);
      if (beats(logs, best.logs)) best = { plan, logs };
      await new Promise(setImmediate);
      const score = meanOf(logs);
      if (score < before && screening === undefined) break;
      before = score;
    }
  }
  return best.plan;
}

function fewerStarts(plan: DensityPlan): DensityPlan {
  const starts = Math.min(plan.options.starts ?? 1, screeningStarts);
  return { ...plan, options: { ...plan.options, starts } };
}

/** The likeliest candidates on few samples, and the one after the likeliest in its row, which more samples may bear. */
async function shortlist(
  rows: readonly DensityPlan[][],
  judge: (plan: DensityPlan) => Promise<Float32Array>,
): Promise<DensityPlan[]> {
  const scores: { plan: DensityPlan; next: DensityPlan | undefined; score: number }[] = [];
  for (const row of rows) {
    let before = -Infinity;
    for (const [i, plan] of row.entries()) {
      const score = meanOf(await judge(plan));
      scores.push({ plan, next: row[i + 1], score });
      await new Promise(setImmediate);
      if (score < before) break;
      before = score;
    }
  }
  const sorted = [...scores].sort((a, b) => b.score - a.score).slice(0, shortlisted);
  const kept = new Set([...sorted.map(({ plan }) => plan), sorted[0]?.next]);
  return rows.flat().filter((plan) => kept.has(plan));
}

/** Fits a density of the kind chosen. */
export async function fitDensity(
  { axes, byClass, options }: DensityPlan,
  x: View,
  labels: Int32Array,
  classes: number,
  random: Random,
): Promise<Density> {
  const groups = byClass ? classes : 1;
  const mixture = await fitMixture(firstColumns(x, axes), labels, groups, options, random);
  return {
    async read(view) {
      const { density, components } = await readMixture(mixture, firstColumns(view, axes), groups);
      const rest = view.width - axes;
      if (rest > 0) {
        const constant = 0.5 * rest * Math.log(2 * Math.PI);
        for (let i = 0; i < rowsOf(view); i++) {
          let squares = 0;
          for (let j = axes; j < view.width; j++) squares += (view.values[i * view.width + j] as number) ** 2;
          density[i] = (density[i] as number) - 0.5 * squares - constant;
        }
      }
      return {
        density,
        components: { values: components, width: mixture.classOf.length, factors: options.factors ?? 1 },
      };
    },
  };
}
