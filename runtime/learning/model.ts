import type * as tf from "@tensorflow/tfjs-core";
import type { Context } from "../layers/layer.js";
import type { Parameters } from "../layers/parameters.js";
import type { TensorBatch } from "./batch.js";
import type { TargetScale } from "./target-scale.js";

/** What a model says of one batch. */
export interface Answer {
  /** [batch, outputs]: of the classes, of each label, or standardised numbers. */
  logits: tf.Tensor2D;
  /** What each modality was encoded to, [batch, width]. */
  encodings: Record<string, tf.Tensor2D>;
  /** More named points that the spec measures at: of each the values of each modality, [batch, width]. */
  points?: Record<string, Record<string, tf.Tensor2D>>;
  /** What each modality's own predictor says, where the model has one: [batch, outputs]. */
  unimodal?: Record<string, tf.Tensor2D>;
  /** The gate's share of each component, [batch, components], in the model's order of components. */
  shares?: tf.Tensor2D;
  /** How much each rule decided, [batch, rules]. */
  rules?: tf.Tensor2D;
}

/** What the trainer needs of a generated model. */
export interface Model<Inputs> {
  readonly parameters: Parameters;
  /** Where it predicts numbers: what they are standardised by. */
  readonly scale?: TargetScale;
  predict(batch: TensorBatch<Inputs>, context: Context): Answer;
}
