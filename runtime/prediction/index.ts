export type { AnswerPlan, PidPlan } from "./plan.js";
export { openPrediction, Prediction, type PredictionOptions } from "./prediction.js";
