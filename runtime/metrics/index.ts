export { accuracy } from "./accuracy.js";
export { auroc } from "./auroc.js";
export { calibration } from "./calibration.js";
export { confusion } from "./confusion.js";
export { macroAuroc } from "./macro-auroc.js";
export { macroF1 } from "./macro-f1.js";
export type { Judged, MetricResult } from "./metric.js";
export {
  labelAccuracy,
  labelAuroc,
  labelCalibration,
  labelF1,
  labelSynergyIndicator,
  rightLabels,
  subsetAccuracy,
  type JudgedLabels,
} from "./multilabel.js";
export { mae, r2, rmse, type JudgedNumbers } from "./regression.js";
export { synergyIndicator } from "./synergy-indicator.js";
