import type { DataColumns } from "../data/load.js";
import type { Samples } from "../data/samples.js";
import type { Rule } from "../fusion/index.js";
import type { Model } from "../learning/model.js";
import type { AnyPredictions } from "../learning/predict.js";

/** How a trained model answers for other samples. */
export interface AnswerPlan {
  columns: DataColumns;
  predict(samples: Samples): Promise<AnyPredictions>;
  /** What predicts, for an export; trainers of earlier versions don't say it. */
  model?: Model<object>;
  /** The gate's components, in the order of its shares. */
  components?: readonly string[];
  rules?: readonly Rule[];
  /** What measures the interactions of single samples, where something can. */
  pid?: PidPlan;
}

/** `lsmi` as it reads samples that it didn't learn from. */
export interface PidPlan {
  /** Two of them. */
  modalities: readonly string[];
  /** `inputs`, `encodings`, or another point that the model's answer names. */
  on: string;
  folds: number;
  seed: number;
  /** The samples that it learns from: those held out from the model, of which the answers are known. */
  learnFrom(): Promise<Samples>;
}
