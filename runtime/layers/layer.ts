import type * as tf from "@tensorflow/tfjs-core";
import type { Random } from "../data/random.js";
import type { Scope } from "./parameters.js";

/** What a forward pass may depend on besides its input. */
export interface Context {
  /** True while learning: dropout drops, Gaussian latents are sampled, rules are soft. */
  training: boolean;
  /** Draws dropout masks and latent samples: by `values`, so that workers that share a batch draw what one alone would. */
  random: Random;
  /** Softness of the fusion rules, in units of a share; it anneals towards 0 while learning. */
  temperature: number;
  /** Share of the stage's steps that were taken, while learning. */
  progress?: number;
  /** Of a sequence with padding: 1 of each real moment, 0 of padding, [batch, time]. */
  real?: tf.Tensor2D;
}

/** A function of one tensor with weights of its own. */
export interface Layer {
  apply(x: tf.Tensor, context: Context): tf.Tensor;
}

/** A layer that makes one row of features of each sample. */
export interface VectorLayer extends Layer {
  /** @returns [batch, features] */
  apply(x: tf.Tensor, context: Context): tf.Tensor2D;
}

/** Makes a layer whose weights stand under `scope`. */
export type LayerMaker = (scope: Scope) => Layer;
export type VectorLayerMaker = (scope: Scope) => VectorLayer;
