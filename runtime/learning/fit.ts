import * as tf from "@tensorflow/tfjs-core";
import { batches } from "../data/batches.js";
import type { Samples, Splits } from "../data/load.js";
import type { Random } from "../data/random.js";
import type { Context } from "../layers/layer.js";
import type { Progress } from "../runs/progress.js";
import { toTensors, type TensorBatch } from "./batch.js";
import { TrainingError, type Place } from "./errors.js";
import { total, type Losses } from "./losses.js";
import type { Model } from "./model.js";
import { takeStep } from "./step.js";
import { LossTally, type MeanLosses } from "./tally.js";

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
  /** What is to become small: the sum of the terms. Each is logged by its name. */
  loss(batch: TensorBatch<Inputs>, context: Context): Losses;
  /** What the validation split is held against, as a sum of terms too; the loss when it is left out. */
  validate?(batch: TensorBatch<Inputs>, context: Context): Losses;
  /** Stop after so many epochs in which the validation loss didn't improve, and return to the best weights. */
  patience?: number;
  /** Scales the gradients of all weights together down to this length. */
  clipNorm?: number;
  /** Prefixes of the weights whose gradients get Gaussian noise of their own standard deviation (OGM-GE, Peng et al. 2022). */
  noisy?: readonly string[];
  /** Comes before each epoch, counted from 1: for what a paradigm works out over all samples. */
  beforeEpoch?(samples: Samples, epoch: number): Promise<void>;
  /** Decoupled weight decay (Loshchilov and Hutter 2019): each step takes this share of each kernel away. */
  weightDecay?: number;
}

/** What one epoch came to; losses in nats where the loss is a cross-entropy. */
export interface Epoch {
  stage: string;
  epoch: number;
  loss: number;
  /** The terms that the loss is the sum of, as they are weighted in it. */
  losses: Record<string, number>;
  validationLoss?: number;
  validationLosses?: Record<string, number>;
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
/** Milliseconds after which the losses are fetched from the engine and looked at, and signals and timers get their turn. */
const lookEvery = 50;

/** Softness of the rules at a moment of learning, from 0.3 at its start to 0.02 at its end. */
function temperatureAt(progress: number): number {
  return 0.3 * Math.pow(0.02 / 0.3, progress);
}

/**
 * Learns one stage.
 * @returns one entry an epoch
 * @throws TrainingError when a term of the loss is no longer a number; the signal's reason when it was aborted
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
  let looked = saved;
  let best:
    { loss: number; epoch: number; weights: ReturnType<typeof model.parameters.snapshot> } | undefined;
  const noisy = stage.noisy && new Set(model.parameters.select(...stage.noisy).map(({ name }) => name));
  progress.stage(stage.name, steps * stage.epochs, stage.epochs);
  const samples = random.fork(`${stage.name}.order`);
  const noise = random.fork(`${stage.name}.noise`);
  let tally = new LossTally();
  try {
    for (let epoch = 1; epoch <= stage.epochs; epoch++) {
      await stage.beforeEpoch?.(data.train, epoch);
      tally = new LossTally();
      const place = { stage: stage.name, epoch, steps };
      let step = 0;
      const look = async () => {
        const broken = await tally.read();
        if (broken.length > 0) throw TrainingError.ofTerms(place, broken);
      };
      // Nothing that isn't finite is kept.
      const lookAtWeights = async () => {
        const broken = await model.parameters.broken();
        if (broken.length > 0) throw TrainingError.ofWeights(place, step, broken);
      };
      for (const batch of batches(data.train, stage.batch, samples)) {
        const done = ((epoch - 1) * steps + step) / (steps * stage.epochs);
        const context: Context = { training: true, random: noise, temperature: temperatureAt(done) };
        tf.tidy(() => {
          const tensors = toTensors<Inputs>(batch, data.train);
          const loss = () => {
            const losses = stage.loss(tensors, context);
            tally.note(losses, batch.size);
            return total(losses);
          };
          const { clipNorm, weightDecay: decay } = stage;
          takeStep(stage.optimizer, weights, loss, {
            clipNorm,
            decay,
            noise: noisy && { to: noisy, random: noise },
          });
        });
        step++;
        if (performance.now() - looked > lookEvery) {
          await look();
          progress.step(epoch, tally.means().loss);
          await new Promise(setImmediate);
          looked = performance.now();
        } else {
          progress.step(epoch);
        }
        if (signal.aborted) {
          await look();
          await lookAtWeights();
          await options.checkpoint();
          signal.throwIfAborted();
        }
      }
      await look();
      await lookAtWeights();
      const record: Epoch = { stage: stage.name, epoch, ...tally.means() };
      if (data.validation !== undefined) {
        const { loss, losses } = await validate(stage, data.validation, noise, place);
        record.validationLoss = loss;
        record.validationLosses = losses;
      }
      history.push(record);
      progress.epoch(
        record.loss,
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
    tally.dispose();
    stage.optimizer.dispose();
    progress.done();
  }
  await options.checkpoint();
  return history;
}

async function validate<Inputs>(
  stage: Stage<Inputs>,
  samples: Samples,
  random: Random,
  place: Place,
): Promise<MeanLosses> {
  const context: Context = { training: false, random, temperature: 0 };
  const tally = new LossTally();
  for (const batch of batches(samples, Math.max(stage.batch, 256))) {
    tf.tidy(() => {
      const tensors = toTensors<Inputs>(batch, samples);
      tally.note((stage.validate ?? stage.loss)(tensors, context), batch.size);
    });
  }
  const broken = await tally.read();
  if (broken.length > 0) throw TrainingError.ofValidation(place, broken);
  return tally.means();
}
