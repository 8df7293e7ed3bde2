export type { TensorBatch } from "./batch.js";
export { TrainingError } from "./errors.js";
export { fit, type Epoch, type Stage } from "./fit.js";
export {
  crossCovariance,
  crossEntropy,
  klToStandardNormal,
  type Losses,
  reconstructionError,
  scaled,
  stopGradient,
  total,
} from "./losses.js";
export type { Answer, Model } from "./model.js";
export { adam, rmsprop, sgd } from "./optimizers.js";
export { argMax, predict, type Predictions } from "./predict.js";
export { linearProbes } from "./probe.js";
