import { join } from "node:path";
import type { Splits } from "../data/samples.js";
import type { Model } from "../learning/model.js";
import { predict, predictLabels, predictNumbers } from "../learning/predict.js";
import {
  accuracy,
  labelAccuracy,
  labelF1,
  macroF1,
  mae,
  r2,
  rmse,
  subsetAccuracy,
} from "../metrics/index.js";
import { writeAtomically } from "../runs/index.js";

/** validation.json: what a model makes of the validation split, which nothing is learned from. Variants are compared by it, not by the test split. */
export interface ValidationScores {
  /** Epochs of all stages that were learned. */
  epochs: number;
  samples: number;
  /** By the metric's name. */
  metrics: Record<string, number>;
}

/** Measures the model as it is on the validation split; writes validation.json, or nothing where there is no such split. */
export async function writeScores<Inputs>(
  folder: string,
  model: Model<Inputs>,
  { validation }: Splits,
  epochs: number,
): Promise<void> {
  if (validation === undefined) return;
  const scores: ValidationScores = {
    epochs,
    samples: validation.size,
    metrics: await scoresOf(model, validation),
  };
  await writeAtomically(join(folder, "validation.json"), `${JSON.stringify(scores, null, 2)}\n`);
}

async function scoresOf<Inputs>(
  model: Model<Inputs>,
  samples: NonNullable<Splits["validation"]>,
): Promise<ValidationScores["metrics"]> {
  const { targets } = samples;
  if (targets?.kind === "regression") {
    // The compiler gives every model of numbers a scale.
    const predictions = await predictNumbers(model as Parameters<typeof predictNumbers<Inputs>>[0], samples);
    return { r2: r2(predictions).value, rmse: rmse(predictions).value, mae: mae(predictions).value };
  }
  if (targets?.kind === "multilabel") {
    const predictions = await predictLabels(model, samples);
    return {
      accuracy: labelAccuracy(predictions).value,
      subset_accuracy: subsetAccuracy(predictions).value,
      macro_f1: labelF1(predictions).value,
    };
  }
  const predictions = await predict(model, samples);
  return { accuracy: accuracy(predictions).value, macro_f1: macroF1(predictions).value };
}
