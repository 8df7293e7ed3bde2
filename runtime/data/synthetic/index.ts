export { bayesPosterior, exactInteractions, type ExactInteractions } from "./exact.js";
export { gaussianPair, type GaussianPair } from "./gaussian-pair.js";
export { loadSynthetic, type SyntheticPlan } from "./load.js";
export { synthetic, type SyntheticData, type SyntheticOptions } from "./sample.js";
