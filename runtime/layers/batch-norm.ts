import * as tf from "@tensorflow/tfjs-core";
import { meanOverBatch } from "../parallel/whole-batch.js";
import type { LayerMaker } from "./layer.js";
import { ones, zeros } from "./parameters.js";

/** How much of the running statistics a step of learning replaces. */
const renewed = 0.1;

/**
 * Batch normalisation over all axes but the last (Ioffe and Szegedy 2015), with a learned scale and shift: [batch, ..., features] -> the same
 * shape. While learning it takes the batch's own mean and variance and keeps running ones, which it takes when predicting; they
 * are saved with the weights.
 */
export function batchNorm({ features }: { features: number }): LayerMaker {
  return (scope) => {
    const scale = scope.add("scale", [features], ones);
    const shift = scope.add("shift", [features], zeros);
    const runningMean = scope.addState("mean", [features]);
    const runningVariance = scope.addState("variance", [features], ones);
    return {
      apply(x, { training }) {
        const normalised = (mean: tf.Tensor, variance: tf.Tensor) =>
          tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), scale), shift);
        if (!training) return normalised(runningMean, runningVariance);
        const axes = x.shape.map((_, axis) => axis).slice(0, -1);
        const mean: tf.Tensor = meanOverBatch(x, axes);
        const variance: tf.Tensor = meanOverBatch(tf.square(tf.sub(x, mean)), axes);
        const renew = (running: tf.Variable, now: tf.Tensor) =>
          running.assign(tf.add(running, tf.mul(renewed, tf.sub(now, running))));
        renew(runningMean, mean);
        renew(runningVariance, variance);
        return normalised(mean, variance);
      },
    };
  };
}
