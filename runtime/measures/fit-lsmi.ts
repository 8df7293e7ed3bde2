import { Random } from "../data/random.js";
import { atomsOf, type Atoms } from "./atoms.js";
import { withPool } from "../parallel/share-out.js";
import { crossRead, type CrossRead, type Quantities } from "./cross-fit.js";
import { chooseEstimators, fitEstimators, informationNames } from "./estimators.js";
import { logFrequencies, stratifiedFolds } from "./folds.js";
import type { LsmiOptions } from "./lsmi.js";
import { fitStack, readStack, type Stack } from "./stack.js";
import { whiten } from "./standardise.js";
import { checkMeasurable, checkViews, type View } from "./view.js";

/** What `lsmi` estimates, fitted once to read any number of further samples; holds tensors until it is disposed of. */
export interface LsmiModel {
  /**
   * Interactions of samples that the model did not learn from, in nats; those of a block of a stream.
   * @param x1 [n, width1], as wide as what was learned from
   * @param x2 [n, width2]
   * @param labels [n], in 0 .. classes - 1
   * @throws RangeError when the shapes differ, a value isn't finite or a label is no class
   */
  read(x1: View, x2: View, labels: Int32Array): Promise<Atoms & Quantities>;
  /** The kinds of model chosen: `i1`, `i2`, `i12`, `h1` and `h2`, for people. */
  chosen: string[];
  dispose(): void;
}

/**
 * Fits `lsmi` to samples, to read others in blocks: what is held in memory doesn't grow with how many are read. Calibrations are
 * fitted to what models of the other folds say; the models that read learned from all samples given here.
 * @param x1 [n, width1]
 * @param x2 [n, width2]
 * @param labels [n], in 0 .. classes - 1
 * @throws RangeError when there are fewer than 4 samples a fold, the lengths differ, a value isn't finite or a label is no class
 */
export async function fitLsmi(
  x1: View,
  x2: View,
  labels: Int32Array,
  classes: number,
  { folds = 5, seed = 0, onProgress }: Pick<LsmiOptions, "folds" | "seed" | "onProgress"> = {},
): Promise<LsmiModel> {
  checkMeasurable(x1, x2, labels, classes, folds);
  const maps = [await whiten(x1), await whiten(x2)] as const;
  const mapped = async (a: View, b: View) =>
    [
      { view: await maps[0].apply(a), leading: maps[0].leading },
      { view: await maps[1].apply(b), leading: maps[1].leading },
    ] as const;
  const views = await mapped(x1, x2);
  const random = new Random(seed).fork("lsmi");
  let done = 0;
  const advance = async () => onProgress?.(++done / (folds + 6));
  const parts = stratifiedFolds(labels, folds, random.fork("folds"));
  const draw = { folds: parts, random: random.fork("calibration") };
  const { plan, logs } = await withPool(async (pool) => {
    const plan = await chooseEstimators(views, labels, classes, random.fork("choice"), pool, advance);
    const [logs] = await crossRead(plan, views, labels, classes, [draw], pool, advance);
    return { plan, logs: logs as CrossRead };
  });
  const stacks = Object.fromEntries(
    informationNames.map((name) => [name, fitStack(logs[name], labels, classes)]),
  ) as Record<(typeof informationNames)[number], Stack>;
  const models = await fitEstimators(plan, views, labels, classes, random.fork("all"));
  const prior = logFrequencies(labels, classes);
  await advance();
  return {
    chosen: [
      ...informationNames.map((name) => `${name}: ${plan.classifiers[name].name}`),
      ...plan.densities.map(({ name }, m) => `h${m + 1}: ${name}`),
    ],
    async read(a, b, known) {
      checkViews(a, b, known, classes);
      for (const [name, given, learned] of [
        ["x1", a, x1],
        ["x2", b, x2],
      ] as const)
        if (given.width !== learned.width)
          throw new RangeError(`${name} has ${given.width} columns; lsmi learned from ${learned.width}.`);
      const reading = await models.read(await mapped(a, b));
      const information = (name: (typeof informationNames)[number]) => {
        const read = readStack(stacks[name], reading[name], classes);
        return Float64Array.from(
          known,
          (label, i) => (read[i * classes + label] as number) - (prior[label] as number),
        );
      };
      const [i1, i2, i12] = [information("i1"), information("i2"), information("i12")];
      const [h1, h2] = [Float64Array.from(reading.h1), Float64Array.from(reading.h2)];
      return { ...atomsOf(i1, i2, i12, h1, h2), i1, i2, i12, h1, h2 };
    },
    dispose: () => models.dispose(),
  };
}
