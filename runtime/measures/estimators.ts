import type { Random } from "../data/random.js";
import { chooseClassifier, fitClassifiers, type Classifier, type ClassifierPlan } from "./classifier.js";
import { chooseDensity, fitDensity, type Density, type DensityPlan } from "./density.js";
import { evidenceOf, type Whitened } from "./evidence.js";
import { choosingSplit } from "./folds.js";
import { takeRows } from "./view.js";

/** The quantities that the interactions are made of: each a set of views, by position. */
export const informations = { i1: [0], i2: [1], i12: [0, 1] } as const;
export type Information = keyof typeof informations;
export const informationNames = ["i1", "i2", "i12"] as const;

/** The kinds of model chosen for each quantity. */
export interface EstimatorPlan {
  densities: readonly [DensityPlan, DensityPlan];
  classifiers: Record<Information, ClassifierPlan>;
}

/** What fitted models say of rows: of each classifier mixed log-probabilities up to a constant, [n, classes], and h, [n]. */
export interface EstimatorReading extends Record<Information, ArrayLike<number>[]> {
  h1: Float32Array;
  h2: Float32Array;
}

/** Fitted models; hold tensors until they are disposed of. */
export interface Estimators {
  read(views: readonly [Whitened, Whitened]): Promise<EstimatorReading>;
  dispose(): void;
}

/** Both modalities. */
export type Views = readonly [Whitened, Whitened];

export function takeViews([a, b]: Views, rows: Int32Array): Views {
  return [
    { ...a, view: takeRows(a.view, rows) },
    { ...b, view: takeRows(b.view, rows) },
  ];
}

/** Chooses the kinds of model on a part of the samples. */
export async function chooseEstimators(
  views: Views,
  labels: Int32Array,
  classes: number,
  random: Random,
  advance: () => void | Promise<void>,
): Promise<EstimatorPlan> {
  const plans: DensityPlan[] = [];
  for (const [m, { view, leading }] of views.entries()) {
    plans.push(await chooseDensity(view, leading, labels, classes, random.fork(`h${m + 1}`)));
    await advance();
  }
  const { train, held } = choosingSplit(labels, random.fork("classifiers"));
  const known = Int32Array.from(train, (row) => labels[row] as number);
  const asked = Int32Array.from(held, (row) => labels[row] as number);
  const [inner, outer] = [takeViews(views, train), takeViews(views, held)];
  const densities: Density[] = [];
  for (const [m, plan] of plans.entries()) {
    const stream = random.fork(`density ${m}`);
    densities.push(await fitDensity(plan, (inner[m] as Whitened).view, known, classes, stream));
  }
  const choose = async (name: Information) => {
    const of = <T>(all: readonly T[]) => informations[name].map((m) => all[m] as T);
    const plan = await chooseClassifier(
      await evidenceOf(of(inner), of(densities)),
      known,
      { x: await evidenceOf(of(outer), of(densities)), labels: asked },
      classes,
      random.fork(name),
    );
    await advance();
    return plan;
  };
  return {
    densities: plans as unknown as [DensityPlan, DensityPlan],
    classifiers: { i1: await choose("i1"), i2: await choose("i2"), i12: await choose("i12") },
  };
}

/** Fits the models chosen. */
export async function fitEstimators(
  plan: EstimatorPlan,
  views: Views,
  labels: Int32Array,
  classes: number,
  random: Random,
): Promise<Estimators> {
  const densities: Density[] = [];
  for (const [m, one] of plan.densities.entries()) {
    const stream = random.fork(`h${m + 1}`);
    densities.push(await fitDensity(one, (views[m] as Whitened).view, labels, classes, stream));
  }
  const of = <T>(name: Information, all: readonly T[]) => informations[name].map((m) => all[m] as T);
  const fitted = {} as Record<Information, Classifier[]>;
  for (const name of informationNames) {
    const evidence = await evidenceOf(of(name, views), of(name, densities));
    fitted[name] = await fitClassifiers(plan.classifiers[name], evidence, labels, random.fork(name));
  }
  return {
    async read(asked) {
      const read = async (name: Information) => {
        const evidence = await evidenceOf(of(name, asked), of(name, densities));
        return Promise.all(fitted[name].map((classifier) => classifier.read(evidence)));
      };
      const entropy = async (m: number) => {
        const { density } = await (densities[m] as Density).read((asked[m] as Whitened).view);
        return density.map((log) => -log);
      };
      return {
        ...{ i1: await read("i1"), i2: await read("i2"), i12: await read("i12") },
        ...{ h1: await entropy(0), h2: await entropy(1) },
      };
    },
    dispose: () => informationNames.forEach((name) => fitted[name].forEach((one) => one.dispose())),
  };
}
