export { bayesPosterior, exactInteractions, SyntheticDensity } from "./exact.js";
export { featureSum, type FeatureSumData, type FeatureSumOptions } from "./feature-sum.js";
export { gaussianPair, type GaussianPair, type GaussianPairOptions } from "./gaussian-pair.js";
export { classPosterior, informationOf, interactionsOf } from "./known.js";
export type { ExactInteractions, KnownDensity } from "./known.js";
export {
  loadFeatureSumNumber,
  loadGateLabels,
  type DrawnLabelsPlan,
  type DrawnNumberPlan,
} from "./load-targets.js";
export { loadFeatureSum, loadGaussianPair, loadLogicGate, loadSynthetic, type DrawnPlan } from "./load.js";
export { logicGate, type Gate, type LogicGateData, type LogicGateOptions } from "./logic-gate.js";
export { synthetic, type SyntheticData, type SyntheticOptions } from "./sample.js";
