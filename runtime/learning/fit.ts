import * as tf from "@tensorflow/tfjs-core";
import { batches, type Batch } from "../data/batches.js";
import type { Samples, Splits } from "../data/load.js";
import type { Random, RandomState } from "../data/random.js";
import type { Context } from "../layers/layer.js";
import type { NamedTensor } from "../layers/parameters.js";
import type { Progress } from "../runs/progress.js";
import { toTensors, type TensorBatch } from "./batch.js";
import { weightsOf } from "./class-weights.js";
import { TrainingError, type Place } from "./errors.js";
import { addInputNoise } from "./input-noise.js";
import { total, type Losses } from "./losses.js";
import { dropModalities } from "./modality-dropout.js";
import type { Model } from "./model.js";
import type { Optimizer } from "./optimizers.js";
import { Paused } from "./pause.js";
import type { Moment, Schedule } from "./schedules.js";
import { prefixed, under, type BestEpoch, type FitPlan, type FitState } from "./state.js";
import { takeStep } from "./step.js";
import { LossTally, type MeanLosses } from "./tally.js";

/** One stage of learning: what learns, from which loss, for how long. */
export interface Stage<Inputs> {
  /** For the progress bar and the history. */
  name: string;
  epochs: number;
  /** Samples a step. */
  batch: number;
  optimizer: Optimizer;
  /** Prefixes of the weights that learn; all when it is left out. */
  learns?: readonly string[];
  /** What is to become small: the sum of the terms, the same ones at every step. Each is logged by its name. */
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
  /** Decoupled weight decay (Loshchilov and Hutter 2019): each step takes this share of each kernel away, times what the schedule says. */
  weightDecay?: number;
  /** What the learning rate is multiplied by, step by step. */
  schedule?: Schedule;
  /** Standard deviation of the Gaussian noise that modalities get while learning, by modality, in the units that the model is fed. */
  inputNoise?: Readonly<Record<string, number>>;
  /** Sequences whose trailing moments of zeros are padding, which gets no noise. */
  padded?: readonly string[];
  /** Share of the samples that lose a modality while learning, by modality, drawn anew each time that a sample is learned from. */
  modalityDropout?: Readonly<Record<string, number>>;
  /** What each class's samples count, in the order of the classes; `balanced`: all classes of the training split count alike, however many samples they have. */
  classWeights?: "balanced" | readonly number[];
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
  /** Mean length of the gradient of all weights together, before it is clipped. */
  gradient: number;
  /** That of its last step. */
  learningRate: number;
  /** When it ended, as ISO 8601 has it. */
  ended: string;
}

export interface FitOptions {
  random: Random;
  progress: Progress;
  signal: AbortSignal;
  /** Milliseconds between two checkpoints, at least. */
  checkpointEvery: number;
  /** Saves where the learning is: now and then, and at an interruption. */
  checkpoint(state: FitState): Promise<void>;
  /** Hears of each epoch when it ends. */
  onEpoch?(epoch: Epoch): Promise<void>;
  /** Makes a checkpoint and pauses when so many epochs of the stage have ended and it isn't complete. */
  pauseAfter?: number;
  /** Where to go on; from the beginning when it is left out. */
  from?: FitState;
}

/** What a stage came to. The model has the weights that learning ended with, or the best ones where the stage has patience. */
export interface Learned {
  history: Epoch[];
  /** With a validation split. */
  best?: BestEpoch;
  /** With a validation split: of the best and the last weights, those that the model hasn't got. The caller disposes of them. */
  beside?: { which: "best" | "last"; weights: NamedTensor[] };
}

/** Milliseconds after which the losses are fetched from the engine and looked at, and signals and timers get their turn. */
const lookEvery = 50;
/** Of the time, how much may go into checkpoints: they are made less often where they take long. */
const checkpointShare = 0.05;

/** Softness of the rules at a moment of learning, from 0.3 at its start to 0.02 at its end. */
function temperatureAt(progress: number): number {
  return 0.3 * Math.pow(0.02 / 0.3, progress);
}

/**
 * Learns one stage.
 * @throws TrainingError when a loss or a weight is no longer a number; Paused; the signal's reason when it was aborted
 */
export async function fit<Inputs>(
  model: Model<Inputs>,
  data: Splits,
  stage: Stage<Inputs>,
  options: FitOptions,
): Promise<Learned> {
  const run = new Fit(model, data, stage, options);
  try {
    return await run.learn();
  } finally {
    run.dispose();
  }
}

/** A stage under way. */
class Fit<Inputs> {
  private readonly weights: tf.Variable[];
  /** Names of the weights whose gradients get noise. */
  private readonly noisy: ReadonlySet<string> | undefined;
  /** Steps of an epoch. */
  private readonly steps: number;
  private readonly order: Random;
  private readonly noise: Random;
  /** Of the classes; 1 each when it is left out. */
  private readonly classWeights: Float32Array | undefined;
  private readonly tally = new LossTally();
  private readonly gradients = new LossTally();
  private readonly history: Epoch[] = [];
  private epoch = 1;
  /** Steps that were taken in this epoch. */
  private step = 0;
  /** Where the stream of orders was when the epoch began. */
  private orderBefore: RandomState;
  private best: (BestEpoch & { weights: NamedTensor[] }) | undefined;
  private looked = performance.now();
  private saved = performance.now();
  private saving = 0;

  constructor(
    private readonly model: Model<Inputs>,
    private readonly data: Splits,
    private readonly stage: Stage<Inputs>,
    private readonly options: FitOptions,
  ) {
    this.weights = model.parameters.select(...(stage.learns ?? []));
    const names = stage.noisy && model.parameters.select(...stage.noisy).map(({ name }) => name);
    this.noisy = names && new Set(names);
    this.steps = Math.ceil(data.train.size / stage.batch);
    this.order = options.random.fork(`${stage.name}.order`);
    this.noise = options.random.fork(`${stage.name}.noise`);
    this.classWeights = stage.classWeights && weightsOf(stage.classWeights, data.train);
    this.orderBefore = this.order.state();
    if (options.from !== undefined) this.restore(options.from);
    else model.scale?.fit(data.train);
  }

  async learn(): Promise<Learned> {
    const { stage, options, history } = this;
    const done = (this.epoch - 1) * this.steps + this.step;
    options.progress.stage(stage.name, this.steps * stage.epochs, stage.epochs, done);
    for (; this.epoch <= stage.epochs; this.epoch++, this.step = 0) {
      if (this.epoch - 1 >= (options.pauseAfter ?? Infinity)) await this.pause();
      await this.learnEpoch();
      const record = await this.close();
      history.push(record);
      await options.onEpoch?.(record);
      const { validationLoss } = record;
      if (validationLoss === undefined) continue;
      if (this.best === undefined || validationLoss < this.best.validationLoss) {
        tf.dispose(this.best?.weights.map(({ tensor }) => tensor) ?? []);
        this.best = { epoch: this.epoch, validationLoss, weights: this.model.parameters.snapshot() };
      } else if (stage.patience !== undefined && this.epoch - this.best.epoch >= stage.patience) {
        break;
      }
    }
    if (this.best === undefined) return { history };
    const { weights, ...best } = this.best;
    if (stage.patience === undefined) {
      this.best = undefined;
      return { history, best, beside: { which: "best", weights } };
    }
    const last = this.model.parameters.snapshot();
    this.model.parameters.assign(weights);
    return { history, best, beside: { which: "last", weights: last } };
  }

  /** Before an epoch, or within one that was interrupted. */
  private async pause(): Promise<never> {
    if (this.step === 0) this.orderBefore = this.order.state();
    await this.save();
    throw new Paused(this.history);
  }

  private async learnEpoch(): Promise<void> {
    const { stage, data, options } = this;
    // In an epoch that is resumed it was done before.
    if (this.step === 0) await stage.beforeEpoch?.(data.train, this.epoch);
    this.orderBefore = this.order.state();
    for (const batch of batches(data.train, stage.batch, this.order, this.step)) {
      this.learnFrom(batch);
      this.step++;
      if (performance.now() - this.looked <= lookEvery) {
        options.progress.step(this.epoch);
        continue;
      }
      await this.look();
      options.progress.step(this.epoch, this.tally.means().loss);
      await new Promise(setImmediate);
      const rest = Math.max(options.checkpointEvery, this.saving / checkpointShare);
      if (options.signal.aborted || performance.now() - this.saved >= rest) await this.save();
      options.signal.throwIfAborted();
      this.looked = performance.now();
    }
  }

  private learnFrom(batch: Batch): void {
    const { stage, data, noise, tally, gradients } = this;
    const { taken, planned } = this.moment();
    const progress = taken / planned;
    const context: Context = {
      training: true,
      random: noise,
      temperature: temperatureAt(progress),
      progress,
    };
    tf.tidy(() => {
      const kept = stage.modalityDropout ? dropModalities(batch, stage.modalityDropout, noise) : batch;
      const tensors = toTensors<Inputs>(kept, data.train, this.targets());
      if (stage.inputNoise)
        tensors.inputs = addInputNoise(tensors.clean, stage.inputNoise, noise, stage.padded);
      const loss = () => {
        const losses = stage.loss(tensors, context);
        tally.note(losses, batch.size);
        return total(losses);
      };
      takeStep(stage.optimizer, this.weights, loss, {
        factor: stage.schedule?.(this.moment()),
        clipNorm: stage.clipNorm,
        decay: stage.weightDecay,
        noise: this.noisy && { to: this.noisy, random: noise },
        onGradient: (length) => gradients.note({ length }, batch.size),
      });
    });
  }

  /** How batches tell what is to be predicted. */
  private targets() {
    return { scale: this.model.scale, weights: this.classWeights };
  }

  private moment(): Moment {
    const taken = (this.epoch - 1) * this.steps + this.step;
    return { taken, planned: this.steps * this.stage.epochs, epoch: this.steps };
  }

  /** Ends an epoch: validates it and sums it up. */
  private async close(): Promise<Epoch> {
    const { stage, data, options, tally, gradients } = this;
    await this.look();
    await this.lookAtWeights();
    const { loss, losses } = tally.means();
    const { loss: gradient } = gradients.means();
    tally.clear();
    gradients.clear();
    const validation = data.validation && (await this.validate(data.validation));
    // The epoch's last step has been counted.
    const { taken, ...rest } = this.moment();
    const learningRate =
      stage.optimizer.learningRate * (stage.schedule?.({ taken: taken - 1, ...rest }) ?? 1);
    const told = [
      ...(validation === undefined ? [] : [`validation loss ${validation.loss.toFixed(4)}`]),
      ...(stage.schedule === undefined ? [] : [`learning rate ${learningRate.toPrecision(3)}`]),
    ];
    options.progress.epoch(loss, told.join(", "));
    return {
      stage: stage.name,
      epoch: this.epoch,
      loss,
      losses,
      ...(validation && { validationLoss: validation.loss, validationLosses: validation.losses }),
      gradient,
      learningRate,
      ended: new Date().toISOString(),
    };
  }

  private async validate(samples: Samples): Promise<MeanLosses> {
    const { stage, noise } = this;
    const context: Context = { training: false, random: noise, temperature: 0 };
    const tally = new LossTally();
    for (const batch of batches(samples, Math.max(stage.batch, 256))) {
      tf.tidy(() => {
        const tensors = toTensors<Inputs>(batch, samples, this.targets());
        tally.note((stage.validate ?? stage.loss)(tensors, context), batch.size);
      });
    }
    const broken = await tally.read();
    if (broken.length > 0) throw TrainingError.ofValidation(this.place(), broken);
    return tally.means();
  }

  private place(): Place {
    return { stage: this.stage.name, epoch: this.epoch, steps: this.steps };
  }

  /** Fetches the losses from the engine. @throws TrainingError */
  private async look(): Promise<void> {
    const terms = await this.tally.read();
    const [gradient] = await this.gradients.read();
    const before = gradient !== undefined && gradient.step < (terms[0]?.step ?? Infinity);
    if (before) throw TrainingError.ofGradient(this.place(), gradient);
    if (terms.length > 0) throw TrainingError.ofTerms(this.place(), terms);
  }

  /** Nothing that isn't finite is kept. @throws TrainingError */
  private async lookAtWeights(): Promise<void> {
    const broken = await this.model.parameters.broken();
    if (broken.length > 0) throw TrainingError.ofWeights(this.place(), this.step, broken);
  }

  /** Makes a checkpoint; the losses have been looked at. */
  private async save(): Promise<void> {
    const begin = performance.now();
    await this.lookAtWeights();
    await this.options.checkpoint(this.state());
    this.saved = performance.now();
    this.saving = this.saved - begin;
  }

  private state(): FitState {
    const optimizer = this.stage.optimizer.state();
    const { weights: best = [], ...bestEpoch } = this.best ?? {};
    const plan: FitPlan = {
      epoch: this.epoch,
      step: this.step,
      batch: this.stage.batch,
      order: this.orderBefore,
      noise: this.noise.state(),
      tally: this.tally.state(),
      gradients: this.gradients.state(),
      optimizerSteps: optimizer.steps,
      ...(this.best && { best: bestEpoch as BestEpoch }),
      history: this.history,
    };
    const tensors = [
      ...prefixed("weights", this.model.parameters.named()),
      ...prefixed("optimizer", optimizer.means),
      ...prefixed("best", best),
    ];
    return { plan, tensors };
  }

  private restore({ plan, tensors }: FitState): void {
    this.epoch = plan.epoch;
    // With a smaller batch the same samples took more steps.
    this.step = Math.floor((plan.step * plan.batch) / this.stage.batch);
    this.order.restore(plan.order);
    this.noise.restore(plan.noise);
    this.tally.restore(plan.tally);
    this.gradients.restore(plan.gradients);
    this.history.push(...plan.history);
    this.model.parameters.assign(under("weights", tensors));
    this.stage.optimizer.restore({ steps: plan.optimizerSteps, means: under("optimizer", tensors) });
    if (plan.best !== undefined) {
      const copies = under("best", tensors).map(({ name, tensor }) => ({ name, tensor: tf.clone(tensor) }));
      this.best = { ...plan.best, weights: copies };
    }
  }

  dispose(): void {
    tf.dispose(this.best?.weights.map(({ tensor }) => tensor) ?? []);
    this.tally.dispose();
    this.gradients.dispose();
    this.stage.optimizer.dispose();
    this.options.progress.done();
  }
}
