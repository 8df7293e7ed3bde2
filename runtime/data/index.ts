export type { Augmentation } from "./augment/augment.js";
export { batches, type Batch } from "./batches.js";
export {
  loadData,
  type DataColumns,
  type DataPlan,
  type LabelsBinding,
  type ModalityBinding,
  type NumbersBinding,
  type TargetBinding,
} from "./load.js";
export type { Names } from "./names.js";
export { DataError, type DataProblem } from "./problems.js";
export { Random } from "./random.js";
export { readTable, readers } from "./read.js";
export { takeSamples, type Samples, type Splits, type Targets, type Truth } from "./samples.js";
export { splitPositions, splitSamples, type MissingPlan, type SplitPlan } from "./split.js";
export type { Statistics } from "./transforms/standardise.js";
export type { KeptTokenizer, Tokenizers } from "./transforms/tokenizer.js";
export type { Transform } from "./transforms/transforms.js";
export {
  bayesPosterior,
  classPosterior,
  exactInteractions,
  featureSum,
  gaussianPair,
  informationOf,
  interactionsOf,
  loadFeatureSum,
  loadFeatureSumNumber,
  loadGateLabels,
  loadGaussianPair,
  loadLogicGate,
  loadSynthetic,
  logicGate,
  synthetic,
  SyntheticDensity,
  type ExactInteractions,
  type Gate,
  type KnownDensity,
  type SyntheticData,
  type SyntheticOptions,
} from "./synthetic/index.js";
