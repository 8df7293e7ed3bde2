import * as tf from "@tensorflow/tfjs-core";
import { batches } from "../data/batches.js";
import type { Samples, Splits } from "../data/load.js";
import type { Random } from "../data/random.js";
import type { Context } from "../layers/layer.js";
import type { Progress } from "../runs/progress.js";
import { toTensors, type TensorBatch } from "./batch.js";
import { TrainingError } from "./errors.js";
import type { Model } from "./model.js";
import { takeStep } from "./step.js";

/** One stage of learning: what learns, from which loss, for how long. */
export interface Stage<Inputs> {
  /** For the progress bar and the history. */
  name: string;
  epochs: number;
  /** Samples a step. */
  batch: number;
  optimizer: tf.Optimizer;
  /** Prefixes of the weights that learn; all when it is left out. */
  learns?: readonly string[];
  loss(batch: TensorBatch<Inputs>, context: Context): tf.Scalar;
  /** What the validation split is held against; the loss when it is left out. */
  validate?(batch: TensorBatch<Inputs>, context: Context): tf.Scalar;
  /** Stop after so many epochs in which the validation loss didn't improve, and return to the best weights. */
  patience?: number;
  /** Scales the gradients of all weights together down to this length. */
  clipNorm?: number;
  /** Decoupled weight decay (Loshchilov and Hutter 2019): each step takes this share of each kernel away. */
  weightDecay?: number;
}

/** What one epoch came to; losses in nats where the loss is a cross-entropy. */
export interface Epoch {
  stage: string;
  epoch: number;
  loss: number;
  validationLoss?: number;
}

export interface FitOptions {
  random: Random;
  progress: Progress;
  signal: AbortSignal;
  /** Saves the weights: after an epoch when some seconds have passed, at the end, and at an interruption. */
  checkpoint(): Promise<void>;
}

/** Milliseconds between two checkpoints, at least: making sure that one is on the disk takes its time. */
const checkpointEvery = 5000;
/** Milliseconds after which signals and timers get their turn: awaiting a loss that is there already gives them none. */
const yieldEvery = 50;

/** Softness of the rules at a moment of learning, from 0.3 at its start to 0.02 at its end. */
function temperatureAt(progress: number): number {
  return 0.3 * Math.pow(0.02 / 0.3, progress);
}

/**
 * Learns one stage.
 * @returns one entry an epoch
 * @throws TrainingError when the loss is no longer a number; the signal's reason when it was aborted
 */
export async function fit<Inputs>(
  model: Model<Inputs>,
  data: Splits,
  stage: Stage<Inputs>,
  options: FitOptions,
): Promise<Epoch[]> {
  const { random, progress, signal } = options;
  const weights = model.parameters.select(...(stage.learns ?? []));
  const steps = Math.ceil(data.train.size / stage.batch);
  const history: Epoch[] = [];
  let saved = performance.now();
  let yielded = saved;
  let best:
    { loss: number; epoch: number; weights: ReturnType<typeof model.parameters.snapshot> } | undefined;
  progress.stage(stage.name, steps * stage.epochs, stage.epochs);
  const samples = random.fork(`${stage.name}.order`);
  const noise = random.fork(`${stage.name}.noise`);
  try {
    for (let epoch = 1; epoch <= stage.epochs; epoch++) {
      let total = 0;
      let step = 0;
      for (const batch of batches(data.train, stage.batch, samples)) {
        const done = ((epoch - 1) * steps + step) / (steps * stage.epochs);
        const context: Context = { training: true, random: noise, temperature: temperatureAt(done) };
        const loss = tf.tidy(() => {
          const tensors = toTensors<Inputs>(batch, data.train);
          const { clipNorm, weightDecay: decay } = stage;
          return takeStep(stage.optimizer, weights, () => stage.loss(tensors, context), { clipNorm, decay });
        });
        const value = (await loss.data())[0] as number;
        loss.dispose();
        if (!Number.isFinite(value)) throw new TrainingError(stage.name, epoch, value);
        total += value * batch.size;
        step++;
        progress.step(value, epoch);
        if (performance.now() - yielded > yieldEvery) {
          await new Promise(setImmediate);
          yielded = performance.now();
        }
        if (signal.aborted) {
          await options.checkpoint();
          signal.throwIfAborted();
        }
      }
      const record: Epoch = { stage: stage.name, epoch, loss: total / data.train.size };
      if (data.validation !== undefined)
        record.validationLoss = validationLoss(stage, data.validation, noise);
      history.push(record);
      progress.epoch(
        record.validationLoss === undefined ? "" : `validation loss ${record.validationLoss.toFixed(4)}`,
      );
      if (stage.patience !== undefined && record.validationLoss !== undefined) {
        if (best === undefined || record.validationLoss < best.loss) {
          best?.weights.forEach(({ tensor }) => tensor.dispose());
          best = { loss: record.validationLoss, epoch, weights: model.parameters.snapshot() };
        } else if (epoch - best.epoch >= stage.patience) {
          break;
        }
      }
      if (performance.now() - saved > checkpointEvery) {
        await options.checkpoint();
        saved = performance.now();
      }
    }
  } finally {
    if (best !== undefined) {
      model.parameters.assign(best.weights);
      best.weights.forEach(({ tensor }) => tensor.dispose());
    }
    stage.optimizer.dispose();
    progress.done();
  }
  await options.checkpoint();
  return history;
}

function validationLoss<Inputs>(stage: Stage<Inputs>, samples: Samples, random: Random): number {
  const context: Context = { training: false, random, temperature: 0 };
  let total = 0;
  for (const batch of batches(samples, Math.max(stage.batch, 256))) {
    const loss = tf.tidy(() => {
      const tensors = toTensors<Inputs>(batch, samples);
      return (stage.validate ?? stage.loss)(tensors, context).dataSync()[0] as number;
    });
    total += loss * batch.size;
  }
  return total / samples.size;
}
