export { argMax } from "./arg-max.js";
export { adaptiveCoefficients, adaptiveModulation, monoModalResponses } from "./agm.js";
export type { TensorBatch } from "./batch.js";
export { TrainingError } from "./errors.js";
export { fit, type FitOptions } from "./fit.js";
export type { Epoch, Stage } from "./stage.js";
export {
  binaryCrossEntropies,
  binaryCrossEntropy,
  crossCovariance,
  crossEntropies,
  crossEntropy,
  klToStandardNormal,
  type Losses,
  reconstructionError,
  scaled,
  squaredError,
  squaredErrors,
  stopGradient,
  total,
} from "./losses.js";
export { type Atom, interactionLesson, pidComposition } from "./gate-teacher.js";
export { redundancyLoss, replaceModality, synergyLoss, uniquenessLoss } from "./i2moe.js";
export type { Answer, Model } from "./model.js";
export { modulateGradients, modulationCoefficients, trueLabelProbability } from "./ogm.js";
export { adam, rmsprop, sgd, type Optimizer } from "./optimizers.js";
export { prototypeLogits, prototypes, standing } from "./pmr.js";
export {
  predict,
  predictLabels,
  predictNumbers,
  type AnyPredictions,
  type LabelPredictions,
  type NumberPredictions,
  type Predictions,
} from "./predict.js";
export { linearProbes } from "./probe.js";
export { cosine, type Moment, type Schedule, stepwise, warmup } from "./schedules.js";
export { scaleGradient } from "./scale-gradient.js";
export { targetScale, type TargetScale } from "./target-scale.js";
export { vclub, type InformationBound } from "./vclub.js";
