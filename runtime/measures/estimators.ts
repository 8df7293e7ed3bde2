import { Random } from "../data/random.js";
import type { Job, Pool } from "../parallel/share-out.js";
import { runtimeFile } from "../parallel/thread.js";
import { chooseClassifier, fitClassifiers, type Classifier, type ClassifierPlan } from "./classifier.js";
import { chooseDensity, fitDensity, type Density, type DensityPlan } from "./density.js";
import { evidenceOf, type Whitened } from "./evidence.js";
import { choosingSplit } from "./folds.js";
import { takeRows } from "./view.js";

/** What threads import. */
export const tasksModule = runtimeFile("measures/tasks");

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

/** Samples, as tasks are given them. */
export interface Given {
  views: Views;
  labels: Int32Array;
  classes: number;
  seed: number;
}

/** Chooses the kind of density of one view. */
export const densityTask: Job<Given, DensityPlan> = {
  module: tasksModule,
  name: "density",
  run({ views, labels, classes, seed }, m) {
    const { view, leading } = views[m] as Whitened;
    return chooseDensity(view, leading, labels, classes, new Random(seed).fork(`h${m + 1}`));
  },
};

/** In the order in which they are chosen: what takes longest comes first. */
const chosenInOrder = ["i12", "i1", "i2"] as const satisfies readonly Information[];

/** Chooses the kind of classifier of one information. */
export const classifierTask: Job<Given & { plans: readonly DensityPlan[] }, ClassifierPlan> = {
  module: tasksModule,
  name: "classifier",
  async run({ views, labels, classes, seed, plans }, index) {
    const random = new Random(seed);
    const name = chosenInOrder[index] as Information;
    const { train, held } = choosingSplit(labels, random.fork("classifiers"));
    const known = Int32Array.from(train, (row) => labels[row] as number);
    const asked = Int32Array.from(held, (row) => labels[row] as number);
    const [inner, outer] = [takeViews(views, train), takeViews(views, held)];
    const densities: Density[] = [];
    for (const m of informations[name]) {
      const stream = random.fork(`density ${m}`);
      const { view } = inner[m] as Whitened;
      densities.push(await fitDensity(plans[m] as DensityPlan, view, known, classes, stream));
    }
    const of = (all: Views) => informations[name].map((m) => all[m] as Whitened);
    return chooseClassifier(
      await evidenceOf(of(inner), densities),
      known,
      { x: await evidenceOf(of(outer), densities), labels: asked },
      classes,
      random.fork(name),
    );
  },
};

/** Chooses the kinds of model on a part of the samples. */
export async function chooseEstimators(
  views: Views,
  labels: Int32Array,
  classes: number,
  { seed }: Random,
  pool: Pool,
  advance: () => void | Promise<void>,
): Promise<EstimatorPlan> {
  const given = { views, labels, classes, seed };
  const plans = await pool.shareOut(densityTask, given, views.length, advance);
  const chosen = await pool.shareOut(classifierTask, { ...given, plans }, chosenInOrder.length, advance);
  const [i12, i1, i2] = chosen as [ClassifierPlan, ClassifierPlan, ClassifierPlan];
  return { densities: plans as [DensityPlan, DensityPlan], classifiers: { i1, i2, i12 } };
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
