export { batches, type Batch } from "./batches.js";
export { loadData, type DataPlan, type ModalityBinding, type TargetBinding } from "./load.js";
export { DataError, type DataProblem } from "./problems.js";
export { Random } from "./random.js";
export { readTable, readers } from "./read.js";
export { takeSamples, type Samples, type Splits, type Truth } from "./samples.js";
export { splitPositions, splitSamples, type SplitPlan } from "./split.js";
export {
  bayesPosterior,
  exactInteractions,
  gaussianPair,
  loadSynthetic,
  synthetic,
  type ExactInteractions,
  type SyntheticData,
  type SyntheticOptions,
} from "./synthetic/index.js";
