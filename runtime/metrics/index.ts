export { accuracy } from "./accuracy.js";
export { auroc } from "./auroc.js";
export { calibration } from "./calibration.js";
export { confusion } from "./confusion.js";
export { macroF1 } from "./macro-f1.js";
export type { Judged, MetricResult } from "./metric.js";
export { synergyIndicator } from "./synergy-indicator.js";
