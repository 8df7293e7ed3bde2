import * as tf from "@tensorflow/tfjs-core";
import { takeBatch, type Batch } from "../data/batches.js";
import { TeamError } from "../parallel/team.js";
import { sumOverBatch } from "../parallel/whole-batch.js";
import { workOf, type Work } from "../parallel/work.js";
import { total } from "./losses.js";
import type { Moment } from "./schedules.js";
import { endToEnd } from "./step.js";
import type { Steps } from "./steps.js";

/*
 * Losses that are worked out without learning from them: what a step takes, and whether it can be shared.
 */

/** How far what parts of a batch come to may be from what all of it comes to, in parts of its size: rounding is far below. */
const likeness = 1e-3;

/** What it takes to work out the losses of a batch. */
export async function workOfStep<Inputs>(steps: Steps<Inputs>, moment: Moment): Promise<Work> {
  const restore = undo(steps);
  const work = await workOf(() => steps.lossesOf(someBatch(steps), undefined, moment)());
  restore();
  return work;
}

/**
 * Whether parts of a batch come to what all of it comes to, which the whole team tries at once. Losses and layers of this runtime ask about the whole batch where
 * they need it; those of others may not.
 * @returns why not; undefined when they do
 * @throws TeamError when another worker failed
 */
export function whyNotInParts<Inputs>(steps: Steps<Inputs>, moment: Moment): string | undefined {
  const shared = trial(steps, moment);
  if (typeof shared === "string") return shared;
  const { team } = steps;
  delete steps.team;
  const whole = trial(steps, moment);
  if (team !== undefined) steps.team = team;
  if (typeof whole === "string") return whole;
  return distance(shared, whole) > likeness * distance(whole)
    ? "what it learns from parts of a batch isn't what it learns from all of it"
    : undefined;
}

/** Gradient and losses of some samples, from which nothing is learned; or why they can't be worked out from parts. */
export function trial<Inputs>(steps: Steps<Inputs>, moment: Moment): Float32Array | string {
  const batch = someBatch(steps);
  const restore = undo(steps);
  let found: Float32Array | string = "";
  try {
    steps.onPartOf(batch, (part) => {
      const losses = steps.lossesOf(batch, part, moment);
      const share = part === undefined ? 1 : part.rows / part.batch;
      let terms: tf.Tensor | undefined;
      const { grads } = tf.variableGrads(() => {
        const own = losses();
        terms = tf.keep(tf.mul(tf.stack(Object.values(own)), share));
        return tf.mul<tf.Scalar>(total(own), share);
      }, steps.weights);
      const all = sumOverBatch(tf.concat1d([endToEnd(steps.weights, grads), terms as tf.Tensor1D]));
      terms?.dispose();
      found = all.dataSync().slice() as Float32Array;
    });
  } catch (error) {
    if (error instanceof TeamError) throw error;
    found = (error as Error).message;
  } finally {
    restore();
  }
  return found;
}

/** Samples from all over the training split, drawn without moving any stream. */
function someBatch<Inputs>({ stage, samples }: Steps<Inputs>): Batch {
  const size = Math.min(stage.batch, samples.size);
  const rows = Int32Array.from({ length: size }, (_, i) => Math.floor((i * samples.size) / size));
  return takeBatch(samples, rows);
}

/** Remembers what a pass through the model changes. @returns what puts it back */
function undo<Inputs>({ model, noise }: Steps<Inputs>): () => void {
  const before = noise.state();
  const states = model.parameters
    .states()
    .map(({ name, tensor }) => ({ name, values: tensor.dataSync().slice() as Float32Array }));
  return () => {
    noise.restore(before);
    for (const { name, values } of states) model.parameters.set(name, values);
  };
}

/** Euclidean, from zero when `b` is left out; what isn't finite on both sides isn't counted. */
function distance(a: Float32Array, b?: Float32Array): number {
  let sum = 0;
  a.forEach((value, i) => {
    const other = b?.[i] ?? 0;
    if (Number.isFinite(value) || Number.isFinite(other)) sum += (value - other) ** 2;
  });
  return Math.sqrt(sum);
}
