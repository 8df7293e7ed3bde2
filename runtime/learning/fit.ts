import * as tf from "@tensorflow/tfjs-core";
import { batches, takeBatch, takePart, type Batch } from "../data/batches.js";
import type { Samples, Splits } from "../data/load.js";
import type { Random, RandomState } from "../data/random.js";
import type { Context } from "../layers/layer.js";
import type { NamedTensor } from "../layers/parameters.js";
import { PartRandom } from "../parallel/part-random.js";
import { commands, TeamError, type Part, type Team } from "../parallel/team.js";
import { onPart, sumOverBatch } from "../parallel/whole-batch.js";
import { workOf, type Work } from "../parallel/work.js";
import type { Progress } from "../runs/progress.js";
import { augmented, type Augmented } from "./augmented.js";
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
import { endToEnd, takeStep } from "./step.js";
import { LossTally, type MeanLosses } from "./tally.js";

/** One stage of learning: what learns, from which loss, for how long. */
export interface Stage<Inputs> extends Augmented {
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
  /** Threads that shared its batches, when there were several. */
  workers?: number;
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
  /**
   * Asks other workers to `follow` from this state.
   * @param work tells what a step takes
   * @returns those to share each batch with; undefined to learn alone
   */
  share?(state: FitState, work: () => Promise<Work>): Promise<Team | undefined>;
  /** Hears why the stage can't be shared, when it is learned by this worker alone. */
  onAlone?(reason: string): void;
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

/**
 * Learns one stage together with the worker that runs `fit`: does as it is told, until it is told to leave.
 * @param from where that worker begins
 * @throws TeamError when another worker failed, or the stage was stopped
 */
export function follow<Inputs>(
  model: Model<Inputs>,
  data: Splits,
  stage: Stage<Inputs>,
  { team, from, random, progress }: Pick<FitOptions, "random" | "progress"> & { team: Team; from: FitState },
): void {
  const { signal } = new AbortController();
  const options = { random, progress, signal, checkpointEvery: Infinity, checkpoint: async () => {}, from };
  const run = new Fit(model, data, stage, options, team);
  try {
    run.follow(team);
  } finally {
    run.dispose();
  }
}

/** How far what parts of a batch come to may be from what all of it comes to, in parts of its size: rounding is far below. */
const likeness = 1e-3;

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
  /** Whether this worker does as another tells. */
  private readonly follows: boolean;
  /** Whether it was tried that the stage can be shared. */
  private tried = false;

  constructor(
    private readonly model: Model<Inputs>,
    private readonly data: Splits,
    private readonly stage: Stage<Inputs>,
    private readonly options: FitOptions,
    /** Those with whom the stage is learned, while it is shared. */
    private team?: Team,
  ) {
    this.follows = team !== undefined;
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
    this.team = await options.share?.(this.state(), () => this.work());
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
    this.team?.tell(commands.leave);
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
    this.team?.tell(commands.leave);
    await this.save();
    throw new Paused(this.history);
  }

  private async learnEpoch(): Promise<void> {
    const { stage, data, options } = this;
    // In an epoch that is resumed it was done before.
    if (this.step === 0) await stage.beforeEpoch?.(data.train, this.epoch);
    this.orderBefore = this.order.state();
    this.team?.tell(commands.epoch);
    this.shareWeights();
    if (!this.tried) this.tryParts();
    for (const batch of batches(data.train, stage.batch, this.order, this.step)) {
      this.team?.tell(commands.step);
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
    const { stage, noise, tally, gradients, follows } = this;
    this.onPartOf(batch, (part) => {
      let own: { names: string[]; terms: tf.Tensor1D } | undefined;
      const losses = this.lossesOf(batch, part);
      const loss = () => {
        const terms = losses();
        if (part === undefined) {
          if (!follows) tally.note(terms, batch.size);
          return total(terms);
        }
        own = { names: Object.keys(terms), terms: tf.keep(tf.stack(Object.values(terms))) as tf.Tensor1D };
        return tf.mul<tf.Scalar>(total(terms), part.rows / part.batch);
      };
      // The terms travel with the gradient.
      const shared = (gradient: tf.Tensor1D) => {
        const { names, terms } = own as NonNullable<typeof own>;
        const { rows, batch: all } = part as Part;
        const sums = sumOverBatch(tf.concat1d([gradient, tf.mul<tf.Tensor1D>(terms, rows / all)]));
        terms.dispose();
        if (!follows) tally.noteStacked(names, tf.slice1d(sums, gradient.size, names.length), batch.size);
        return tf.slice1d(sums, 0, gradient.size);
      };
      takeStep(stage.optimizer, this.weights, loss, {
        factor: stage.schedule?.(this.moment()),
        clipNorm: stage.clipNorm,
        decay: stage.weightDecay,
        noise: this.noisy && { to: this.noisy, random: noise },
        ...(part && { shared }),
        ...(!follows && { onGradient: (length) => gradients.note({ length }, batch.size) }),
      });
    });
  }

  /** Runs what is to be done with this worker's part of a batch, or with all of it, and tidies. */
  private onPartOf(batch: { size: number }, run: (part?: Part) => void): void {
    const { team } = this;
    const part = team?.part(batch.size);
    tf.tidy(() => {
      if (team === undefined || part === undefined) run();
      else onPart(team, part, () => run(part));
    });
  }

  /** The losses of a batch or a part of it, to be worked out once. What is drawn for it is drawn for all of the batch. */
  private lossesOf(batch: Batch, part: Part | undefined): () => Losses {
    const { stage, data, noise } = this;
    const { taken, planned } = this.moment();
    const progress = taken / planned;
    const random = part === undefined ? noise : new PartRandom(noise, part);
    const context: Context = { training: true, random, temperature: temperatureAt(progress), progress };
    const changed = augmented(batch, stage, data.train, noise, this.classWeights);
    const kept = stage.modalityDropout ? dropModalities(changed, stage.modalityDropout, noise) : changed;
    const own = part === undefined ? kept : takePart(kept, part.begin, part.rows);
    const tensors = toTensors<Inputs>(own, data.train, this.targets());
    if (stage.inputNoise)
      tensors.inputs = addInputNoise(tensors.clean, stage.inputNoise, random, stage.padded);
    return () => stage.loss(tensors, context);
  }

  /** Does what the worker that leads tells, until it tells to leave. */
  follow(team: Team): void {
    const { stage, data } = this;
    let rest: Iterator<Batch> | undefined;
    for (;;) {
      const { command } = team.hear();
      if (command === commands.leave) return;
      if (command === commands.epoch) {
        if (rest !== undefined) [this.epoch, this.step] = [this.epoch + 1, 0];
        rest = batches(data.train, stage.batch, this.order, this.step);
        this.shareWeights();
      } else if (command === commands.trial) {
        this.trial();
      } else {
        this.learnFrom(rest?.next().value as Batch);
        this.step++;
      }
    }
  }

  /** Gives all workers the weights of the one that leads. */
  private shareWeights(): void {
    const { team, model } = this;
    if (team === undefined) return;
    for (const { name, tensor } of model.parameters.named()) {
      const values = tensor.dataSync().slice() as Float32Array;
      team.follow(values);
      if (team.rank > 0) model.parameters.set(name, values);
    }
  }

  /**
   * Learns alone where parts of a batch don't come to what all of it comes to. Losses and layers of this runtime ask about the whole batch where they need it;
   * those of others may not.
   */
  private tryParts(): void {
    const { team } = this;
    this.tried = true;
    if (team === undefined) return;
    team.tell(commands.trial);
    let reason: string | undefined;
    try {
      const shared = this.trial();
      if (typeof shared === "string") reason = shared;
      else {
        this.team = undefined;
        const whole = this.trial();
        this.team = team;
        if (typeof whole === "string") reason = whole;
        else if (distance(shared, whole) > likeness * distance(whole))
          reason = "what it learns from parts of a batch isn't what it learns from all of it";
      }
    } catch (error) {
      if (!(error instanceof TeamError)) throw error;
      this.team = undefined;
      return this.options.onAlone?.(error.message);
    }
    if (reason === undefined) return;
    team.tell(commands.leave);
    this.team = undefined;
    this.options.onAlone?.(reason);
  }

  /** Gradient and losses of some samples, from which nothing is learned; or why they can't be worked out from parts. */
  private trial(): Float32Array | string {
    const batch = this.someBatch();
    const restore = this.undo();
    let found: Float32Array | string = "";
    try {
      this.onPartOf(batch, (part) => {
        const losses = this.lossesOf(batch, part);
        const share = part === undefined ? 1 : part.rows / part.batch;
        let terms: tf.Tensor | undefined;
        const { grads } = tf.variableGrads(() => {
          const own = losses();
          terms = tf.keep(tf.mul(tf.stack(Object.values(own)), share));
          return tf.mul<tf.Scalar>(total(own), share);
        }, this.weights);
        const all = sumOverBatch(tf.concat1d([endToEnd(this.weights, grads), terms as tf.Tensor1D]));
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

  /** What it takes to work out the losses of a batch. */
  private async work(): Promise<Work> {
    const restore = this.undo();
    const work = await workOf(() => this.lossesOf(this.someBatch(), undefined)());
    restore();
    return work;
  }

  /** Samples from all over the training split, drawn without moving any stream. */
  private someBatch(): Batch {
    const { stage, data } = this;
    const size = Math.min(stage.batch, data.train.size);
    const rows = Int32Array.from({ length: size }, (_, i) => Math.floor((i * data.train.size) / size));
    return takeBatch(data.train, rows);
  }

  /** Remembers what a pass through the model changes. @returns what puts it back */
  private undo(): () => void {
    const { model, noise } = this;
    const before = noise.state();
    const states = model.parameters
      .states()
      .map(({ name, tensor }) => ({ name, values: tensor.dataSync().slice() as Float32Array }));
    return () => {
      noise.restore(before);
      for (const { name, values } of states) model.parameters.set(name, values);
    };
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
      ...(this.team && { workers: this.team.size }),
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
    this.orderBefore = plan.order;
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

/** Euclidean, from zero when `b` is left out; what isn't finite on both sides isn't counted. */
function distance(a: Float32Array, b?: Float32Array): number {
  let sum = 0;
  a.forEach((value, i) => {
    const other = b?.[i] ?? 0;
    if (Number.isFinite(value) || Number.isFinite(other)) sum += (value - other) ** 2;
  });
  return Math.sqrt(sum);
}
