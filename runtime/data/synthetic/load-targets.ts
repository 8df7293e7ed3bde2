import { labelAccuracy, labelAuroc, mae, r2, rmse, subsetAccuracy } from "../../metrics/index.js";
import type { Splits, Targets } from "../samples.js";
import { splitSamples, type SplitPlan } from "../split.js";
import { featureSum, type FeatureSumOptions } from "./feature-sum.js";
import { classPosterior } from "./known.js";
import { presenceOf, samplesOf, type DrawnPlan } from "./load.js";
import { logicGate, type LogicGateOptions } from "./logic-gate.js";

/** Samples to draw, for a model's modalities and labels. */
export type DrawnLabelsPlan<Options> = Omit<DrawnPlan<Options>, "classes"> & { labels: readonly string[] };

/** Samples to draw, for a model's modalities and the number that it predicts. */
export type DrawnNumberPlan<Options> = Omit<DrawnPlan<Options>, "classes"> & {
  /** Its name. */
  target: string;
};

/**
 * Draws logic gates of noisy bits and splits them; each gate gives one label. The best possible model is known of the test samples: since the
 * gates have bits of their own, it takes of each label what is more probable.
 * @throws DataError when a part is empty
 * @throws RangeError when there is another number of gates than of labels, or a gate gives more than true and false
 */
export async function loadGateLabels(
  { labels: classes, ...options }: DrawnLabelsPlan<LogicGateOptions>,
  split: SplitPlan,
): Promise<Splits> {
  const gates = typeof options.gate === "string" ? [options.gate] : options.gate;
  const { inputs, labels, density, classes: combinations } = logicGate(options);
  const width = classes.length;
  if (gates.length !== width || combinations !== 2 ** width)
    throw new RangeError(`The gates don't give one truth for each of ${width} labels.`);
  // A combination is the labels as digits, the first one counting most.
  const digit = (combination: number, k: number) => (combination >> (width - 1 - k)) & 1;
  const values = new Float32Array(labels.length * width);
  labels.forEach((combination, i) =>
    classes.forEach((_, k) => (values[i * width + k] = digit(combination, k))),
  );
  const unread = new Int32Array(labels.length);
  const samples = samplesOf(inputs, { classes, labels: unread, targets: { kind: "multilabel", values } });
  const splits = splitSamples(samples, split, "logic_gate", "the target");
  const { test } = splits;
  const posterior = classPosterior(density, { rows: test.index, present: presenceOf(test) });
  const probabilities = new Float32Array(test.size * width);
  posterior.classes.forEach((probability, at) => {
    const row = Math.floor(at / combinations);
    for (let k = 0; k < width; k++)
      if (digit(at % combinations, k) === 1)
        probabilities[row * width + k] = (probabilities[row * width + k] as number) + probability;
  });
  const predicted = Uint8Array.from(probabilities, (probability) => (probability >= 0.5 ? 1 : 0));
  const { values: targets } = test.targets as Targets;
  const judged = { size: test.size, classes, targets, predicted, probabilities };
  const best = {
    accuracy: labelAccuracy(judged).value,
    subset_accuracy: subsetAccuracy(judged).value,
    auroc: labelAuroc(judged).value,
  };
  return { ...splits, test: { ...test, targets: { kind: "multilabel", values: targets, best } } };
}

/**
 * Draws feature sums and splits them; the sum itself is the number to predict. The best possible model is known of the test samples: it answers the
 * mean of the sum, given what is shown.
 * @throws DataError when a part is empty
 * @throws RangeError when the options make no sense
 */
export async function loadFeatureSumNumber(
  { target, ...options }: DrawnNumberPlan<FeatureSumOptions>,
  split: SplitPlan,
): Promise<Splits> {
  const { inputs, sums, expectedSum } = featureSum({ ...options, classes: 2 });
  const classes = [target];
  const labels = new Int32Array(sums.length);
  const targets: Targets = { kind: "regression", values: Float32Array.from(sums) };
  const splits = splitSamples(samplesOf(inputs, { classes, labels, targets }), split, "feature_sum", target);
  const { test } = splits;
  const present = presenceOf(test);
  const predicted = Float32Array.from(test.index, (sample, i) => expectedSum(sample, present[i] as number));
  const { values } = test.targets as Targets;
  const judged = { size: test.size, classes, targets: values, predicted };
  const best = { mae: mae(judged).value, rmse: rmse(judged).value, r2: r2(judged).value };
  return { ...splits, test: { ...test, targets: { kind: "regression", values, best } } };
}
