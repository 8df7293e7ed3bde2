import type { Random } from "../data/random.js";
import { beats } from "./challenge.js";
import { innerSplit } from "./folds.js";
import { fitMixture, readMixture, type CovarianceForm, type MixtureOptions } from "./gaussian-mixture.js";
import { takeRows, type View } from "./view.js";

export interface Density {
  /** What was chosen, for people. */
  name: string;
  /** log p(x) in nats, [n]. */
  read(x: View): Float32Array;
}

interface Candidate {
  name: string;
  /** True when each class has components of its own. */
  byClass: boolean;
  options: MixtureOptions;
}

const sizes = [1, 2, 4, 8, 16, 32, 64];

function mean(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total / values.length;
}

/**
 * Fits Gaussian mixtures of several sizes and forms, with and without components of each class, keeps the one under which held-out
 * samples are most likely, and fits it on all samples given.
 */
export async function fitDensity(
  x: View,
  labels: Int32Array,
  classes: number,
  random: Random,
): Promise<Density> {
  const { train, held } = innerSplit(labels, random);
  const inner = takeRows(x, train);
  const innerLabels = Int32Array.from(train, (row) => labels[row] as number);
  const outer = takeRows(x, held);
  let best: { candidate: Candidate; logs: Float32Array } | undefined;
  const judge = ({ name, byClass, options }: Candidate): number => {
    const groups = byClass ? classes : 1;
    const mixture = fitMixture(inner, innerLabels, groups, options, random.fork(name));
    const logs = readMixture(mixture, outer, groups).density;
    if (best === undefined || beats(logs, best.logs)) best = { candidate: { name, byClass, options }, logs };
    return mean(logs);
  };
  const candidate = (
    form: CovarianceForm,
    components: number,
    byClass: boolean,
    shrinkage = 0,
  ): Candidate => ({
    name: `${form}${shrinkage > 0 ? ` (shrunk ${shrinkage})` : ""}, ${components} ${byClass ? "a class" : "in all"}`,
    byClass,
    options: { form, components, shrinkage, iterations: 30 },
  });
  const perClass = innerLabels.length / classes;
  for (const form of ["spherical tied", "diagonal tied", "full tied"] as const) {
    judge(candidate(form, 1, true));
    await new Promise(setImmediate);
  }
  if (perClass > 4 * x.width) judge(candidate("full", 1, true, 0.05));
  for (const form of ["spherical tied", "full tied", "diagonal", "full"] as const) {
    let before = -Infinity;
    for (const components of sizes) {
      // A covariance of one's own takes many samples; under a tied one a component needs enough for its mean.
      const fewest = form === "full" ? 3 * x.width + 10 : form === "diagonal" ? 2 * x.width + 10 : 16;
      if (innerLabels.length / components < fewest) break;
      const score = judge(candidate(form, components, false, form === "full" ? 0.05 : 0));
      await new Promise(setImmediate);
      if (score < before) break;
      before = score;
    }
  }
  const { candidate: chosen } = best as unknown as { candidate: Candidate };
  const groups = chosen.byClass ? classes : 1;
  const mixture = fitMixture(x, labels, groups, chosen.options, random.fork("again"));
  return { name: chosen.name, read: (view) => readMixture(mixture, view, groups).density };
}
