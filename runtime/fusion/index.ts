export { align, alignmentLoss, type Align, type Distance } from "./align.js";
export { crossAttention, modalityAttention } from "./attention.js";
export { bilinear } from "./bilinear.js";
export {
  consistencyDecomposition,
  intraDecomposition,
  noIntraDecomposition,
  type ConsistencyDecomposition,
  type ConsistencyParts,
  type IntraDecomposition,
  type IntraParts,
  type WholeParts,
} from "./decomposition.js";
export { evidence, inferInteraction, opinions, parsimony, productOfExperts, variation } from "./evidence.js";
export { ensemble, labelEnsemble, modalityWeights, numberEnsemble } from "./ensemble.js";
export { film } from "./film.js";
export { gateShares, mixture, shareColumns } from "./gate.js";
export { gated } from "./gated.js";
export { mixtureOfExperts, type MixtureOfExperts } from "./moe.js";
export { tensorFusion } from "./tensor.js";
export {
  allPresent,
  anyPresent,
  concat,
  maskMissing,
  max,
  mean,
  product,
  sum,
  type Merge,
  type MergeMaker,
} from "./merge.js";
export {
  above,
  and,
  below,
  decide,
  dominates,
  missing,
  not,
  or,
  type Condition,
  type Decision,
  type Rule,
  type RuleInput,
} from "./rules.js";
