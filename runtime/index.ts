/**
 * What generated trainers import: engines, data, layers, fusions, learning, measures, metrics and the session of a run.
 * It stands alone: nothing here knows the compiler.
 */
export * as tf from "@tensorflow/tfjs-core";
export * from "./data/index.js";
export * from "./engines/index.js";
export * from "./fusion/index.js";
export * from "./layers/index.js";
export * from "./learning/index.js";
export * from "./measures/index.js";
export * from "./metrics/index.js";
export * from "./prediction/index.js";
export * from "./runs/index.js";
export * from "./session/index.js";
