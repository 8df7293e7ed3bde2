import { Random } from "../data/random.js";
import type { Job, Pool } from "../parallel/share-out.js";
import {
  fitEstimators,
  informationNames,
  takeViews,
  tasksModule,
  type EstimatorPlan,
  type EstimatorReading,
  type Information,
  type Views,
} from "./estimators.js";
import { logFrequencies, type Fold } from "./folds.js";
import { fitStack, readStack } from "./stack.js";

/** Pointwise mutual informations with the target and -log p(x), in nats, of each sample. */
export type Quantities = Record<Information | "h1" | "h2", Float64Array>;

/** Of each classifier that a quantity has, log-probabilities up to a constant, not yet calibrated: [n, classes]. */
export type CrossRead = Record<Information, Float32Array[]> & { h1: Float64Array; h2: Float64Array };

/** A draw of folds, and the stream that its models draw from. */
export interface Draw {
  folds: readonly Fold[];
  random: Random;
}

/** Reads one fold by models of the others. */
export const foldTask: Job<
  {
    views: Views;
    labels: Int32Array;
    classes: number;
    plan: EstimatorPlan;
    folds: (Fold & { seed: number })[];
  },
  EstimatorReading
> = {
  module: tasksModule,
  name: "fold",
  async run({ views, labels, classes, plan, folds }, index) {
    const { train, held, seed } = folds[index] as Fold & { seed: number };
    const known = takeLabels(labels, train);
    const models = await fitEstimators(plan, takeViews(views, train), known, classes, new Random(seed));
    const reading = await models.read(takeViews(views, held));
    models.dispose();
    return reading;
  },
};

/** Reads each fold by models of the others, in each draw. */
export async function crossRead(
  plan: EstimatorPlan,
  views: Views,
  labels: Int32Array,
  classes: number,
  draws: readonly Draw[],
  pool: Pool,
  advance: () => void | Promise<void>,
): Promise<CrossRead[]> {
  const folds = draws.flatMap(({ folds, random }) =>
    folds.map((fold, f) => ({ ...fold, seed: random.fork(`fold ${f}`).seed })),
  );
  const given = { views, labels, classes, plan, folds };
  const readings = await pool.shareOut(foldTask, given, folds.length, advance);
  const n = labels.length;
  const logsOf = (name: Information) =>
    plan.classifiers[name].members.map(() => new Float32Array(n * classes));
  return draws.map(({ folds }) => {
    const result: CrossRead = {
      i1: logsOf("i1"),
      i2: logsOf("i2"),
      i12: logsOf("i12"),
      h1: new Float64Array(n),
      h2: new Float64Array(n),
    };
    for (const { held } of folds) {
      const reading = readings.shift() as EstimatorReading;
      for (const name of informationNames)
        reading[name].forEach((part, m) => scatter(part, result[name][m] as Float32Array, held, classes));
      for (const name of ["h1", "h2"] as const)
        held.forEach((row, i) => (result[name][row] = reading[name][i] as number));
    }
    return result;
  });
}

/** Calibrates what was read of each fold by what was read of the others. */
export function calibrateAcross(
  { h1, h2, ...logs }: CrossRead,
  labels: Int32Array,
  classes: number,
  folds: readonly Fold[],
): Quantities {
  const empty = () => new Float64Array(labels.length);
  const values: Quantities = { i1: empty(), i2: empty(), i12: empty(), h1, h2 };
  for (const { train, held } of folds) {
    const known = takeLabels(labels, train);
    const prior = logFrequencies(known, classes);
    for (const name of informationNames) {
      const of = (rows: Int32Array) => logs[name].map((all) => gather(all, rows, classes));
      const read = readStack(fitStack(of(train), known, classes), of(held), classes);
      held.forEach((row, i) => {
        const label = labels[row] as number;
        values[name][row] = (read[i * classes + label] as number) - (prior[label] as number);
      });
    }
  }
  return values;
}

function takeLabels(labels: Int32Array, rows: Int32Array): Int32Array {
  return Int32Array.from(rows, (row) => labels[row] as number);
}

function scatter(part: ArrayLike<number>, all: Float32Array, rows: Int32Array, classes: number): void {
  rows.forEach((row, i) => {
    for (let c = 0; c < classes; c++) all[row * classes + c] = part[i * classes + c] as number;
  });
}

function gather(all: Float32Array, rows: Int32Array, classes: number): Float32Array {
  const taken = new Float32Array(rows.length * classes);
  rows.forEach((row, i) => taken.set(all.subarray(row * classes, (row + 1) * classes), i * classes));
  return taken;
}
