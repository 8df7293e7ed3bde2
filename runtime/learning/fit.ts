import * as tf from "@tensorflow/tfjs-core";
import { batches, eachBatch, timed, type Batch } from "../data/batches.js";
import type { Samples, Splits } from "../data/load.js";
import type { Random, RandomState } from "../data/random.js";
import type { Context } from "../layers/layer.js";
import type { NamedTensor } from "../layers/parameters.js";
import { commands, TeamError, type Team } from "../parallel/team.js";
import type { Work } from "../parallel/work.js";
import type { Progress } from "../runs/progress.js";
import { toTensors } from "./batch.js";
import { TrainingError, type Place } from "./errors.js";
import type { Model } from "./model.js";
import type { Resident } from "./resident.js";
import { Paused } from "./pause.js";
import type { Moment } from "./schedules.js";
import type { Epoch, Stage } from "./stage.js";
import { prefixed, under, type BestEpoch, type FitPlan, type FitState } from "./state.js";
import { Steps } from "./steps.js";
import { LossTally, type MeanLosses } from "./tally.js";
import { trial, whyNotInParts, workOfStep } from "./trial.js";

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
  /** Of a device: what stays on it. It is read once an epoch, or where that takes long, every `readEvery`. */
  resident?: Resident;
  /** Hears how many milliseconds each step had no batch to learn from. */
  onWaited?(milliseconds: number): void;
  /** Resolves when the device has done all that it was asked for. */
  settled?(): Promise<void>;
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

/** Milliseconds after which signals and timers get their turn; losses that are in the process's own memory are looked at. */
const turnEvery = 50;
/** Milliseconds after which those on a device are fetched within an epoch. */
const readEvery = 30_000;
/** Of the time, how much may go into checkpoints: they are made less often where they take long. */
const checkpointShare = 0.05;

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

/** A stage under way. */
class Fit<Inputs> {
  private readonly steps: Steps<Inputs>;
  /** Steps of an epoch. */
  private readonly stepsOfEpoch: number;
  private readonly order: Random;
  private readonly history: Epoch[] = [];
  private epoch = 1;
  /** Steps that were taken in this epoch. */
  private step = 0;
  /** Where the stream of orders was when the epoch began. */
  private orderBefore: RandomState;
  private best: (BestEpoch & { weights: NamedTensor[] }) | undefined;
  private turned = performance.now();
  private read = performance.now();
  private saved = performance.now();
  private saving = 0;
  /** Whether it was tried that the stage can be shared. */
  private tried = false;

  constructor(
    private readonly model: Model<Inputs>,
    private readonly data: Splits,
    private readonly stage: Stage<Inputs>,
    private readonly options: FitOptions,
    team?: Team,
  ) {
    this.steps = new Steps(model, data.train, stage, options.random, options.resident, team);
    this.stepsOfEpoch = Math.ceil(data.train.size / stage.batch);
    this.order = options.random.fork(`${stage.name}.order`);
    this.orderBefore = this.order.state();
    if (options.from !== undefined) this.restore(options.from);
    else model.scale?.fit(data.train);
  }

  async learn(): Promise<Learned> {
    const { stage, options, history } = this;
    const team = await options.share?.(this.state(), () => workOfStep(this.steps, this.moment()));
    if (team !== undefined) this.steps.team = team;
    const done = (this.epoch - 1) * this.stepsOfEpoch + this.step;
    options.progress.stage(stage.name, this.stepsOfEpoch * stage.epochs, stage.epochs, done);
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
    this.steps.team?.tell(commands.leave);
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
    this.steps.team?.tell(commands.leave);
    await this.save();
    throw new Paused(this.history);
  }

  private async learnEpoch(): Promise<void> {
    const { stage, data, options } = this;
    // In an epoch that is resumed it was done before.
    if (this.step === 0) await stage.beforeEpoch?.(data.train, this.epoch);
    this.orderBefore = this.order.state();
    this.steps.team?.tell(commands.epoch);
    this.steps.shareWeights();
    if (!this.tried) this.tryParts();
    const source = eachBatch(data.train, stage.batch, this.order, this.step);
    for await (const batch of timed(source, (waited) => options.onWaited?.(waited))) {
      this.steps.team?.tell(commands.step);
      this.steps.learnFrom(batch, this.moment());
      this.step++;
      const due = performance.now() - this.turned > turnEvery;
      if (due) await this.turn();
      options.progress.step(this.epoch, due ? this.told : undefined);
    }
  }

  /** Between two steps: lets signals and timers have their turn, looks at the losses and makes a checkpoint where they are due. */
  private async turn(): Promise<void> {
    const { resident, settled, signal, checkpointEvery } = this.options;
    const since = (moment: number) => performance.now() - moment;
    const rest = Math.max(checkpointEvery, this.saving / checkpointShare);
    const saves = signal.aborted || since(this.saved) >= rest;
    if (resident === undefined || saves || since(this.read) >= readEvery) await this.look();
    else await settled?.();
    await new Promise(setImmediate);
    if (saves || signal.aborted) await this.save();
    signal.throwIfAborted();
    this.turned = performance.now();
  }

  /** Mean loss of the epoch so far, as far as it was read. */
  private get told(): number | undefined {
    const { loss } = this.steps.tally.means();
    return Number.isNaN(loss) ? undefined : loss;
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
        this.steps.shareWeights();
      } else if (command === commands.trial) {
        trial(this.steps, this.moment());
      } else {
        this.steps.learnFrom(rest?.next().value as Batch, this.moment());
        this.step++;
      }
    }
  }

  /** Learns alone where a step can't be shared. */
  private tryParts(): void {
    const { team } = this.steps;
    this.tried = true;
    if (team === undefined) return;
    team.tell(commands.trial);
    let reason: string | undefined;
    try {
      reason = whyNotInParts(this.steps, this.moment());
    } catch (error) {
      if (!(error instanceof TeamError)) throw error;
      delete this.steps.team;
      return this.options.onAlone?.(error.message);
    }
    if (reason === undefined) return;
    team.tell(commands.leave);
    delete this.steps.team;
    this.options.onAlone?.(reason);
  }

  private moment(): Moment {
    const taken = (this.epoch - 1) * this.stepsOfEpoch + this.step;
    return { taken, planned: this.stepsOfEpoch * this.stage.epochs, epoch: this.stepsOfEpoch };
  }

  /** Ends an epoch: validates it and sums it up. */
  private async close(): Promise<Epoch> {
    const { stage, data, options } = this;
    const { tally, gradients, team } = this.steps;
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
      ...(team && { workers: team.size }),
      ended: new Date().toISOString(),
    };
  }

  private async validate(samples: Samples): Promise<MeanLosses> {
    const { stage } = this;
    const { noise, transfer } = this.steps;
    const context: Context = { training: false, random: noise, temperature: 0 };
    const tally = new LossTally();
    for await (const batch of eachBatch(samples, Math.max(stage.batch, 256))) {
      tf.tidy(() => {
        const tensors = toTensors<Inputs>(batch, samples, transfer);
        tally.note((stage.validate ?? stage.loss)(tensors, context), batch.size);
      });
    }
    const broken = await tally.read();
    if (broken.length > 0) throw TrainingError.ofValidation(this.place(), broken);
    return tally.means();
  }

  private place(): Place {
    return { stage: this.stage.name, epoch: this.epoch, steps: this.stepsOfEpoch };
  }

  /** Fetches the losses from the engine. @throws TrainingError */
  private async look(): Promise<void> {
    const terms = await this.steps.tally.read();
    const [gradient] = await this.steps.gradients.read();
    const before = gradient !== undefined && gradient.step < (terms[0]?.step ?? Infinity);
    if (before) throw TrainingError.ofGradient(this.place(), gradient);
    if (terms.length > 0) throw TrainingError.ofTerms(this.place(), terms);
    this.read = performance.now();
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
      noise: this.steps.noise.state(),
      tally: this.steps.tally.state(),
      gradients: this.steps.gradients.state(),
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
    this.steps.noise.restore(plan.noise);
    this.steps.tally.restore(plan.tally);
    this.steps.gradients.restore(plan.gradients);
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
    this.steps.dispose();
    this.stage.optimizer.dispose();
    this.options.progress.done();
  }
}
