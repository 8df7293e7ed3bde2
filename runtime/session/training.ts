import { rm } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { Splits } from "../data/samples.js";
import type { Random } from "../data/random.js";
import { frozenHashes } from "../layers/frozen.js";
import type { NamedTensor } from "../layers/parameters.js";
import { Helpers, orderOf, type HelperOrders } from "../parallel/helpers.js";
import type { Team } from "../parallel/team.js";
import { worthSharing, type Work } from "../parallel/work.js";
import { deviceMemory, engineSettled } from "../engines/index.js";
import { fit, type Learned } from "../learning/fit.js";
import type { Epoch, Stage } from "../learning/stage.js";
import type { Model } from "../learning/model.js";
import { Paused } from "../learning/pause.js";
import { Resident } from "../learning/resident.js";
import { prefixed, under, type FitPlan, type FitState } from "../learning/state.js";
import {
  CheckpointError,
  EventFile,
  removeCheckpoint,
  saveCheckpoint,
  saveWeights,
  type Checkpoint,
  type Progress,
  type Scalars,
} from "../runs/index.js";
import { dataHash, type Origin, type Workers } from "./origin.js";

/** What a run's checkpoint says besides its arrays. */
export interface RunPlan {
  origin: Origin;
  data: string;
  /** How many stages have ended. */
  ended: number;
  /** The stage under way, when one is. */
  fit?: FitPlan;
  /** Of the stages that have ended. */
  history: Epoch[];
  seconds: Record<string, number>;
}

export interface TrainingOptions {
  folder: string;
  /** When the run began, the first time. */
  started: Date;
  origin: Origin;
  random: Random;
  progress: Progress;
  signal: AbortSignal;
  /** Milliseconds between two checkpoints, at least. */
  checkpointEvery: number;
  /** What the samples a step are divided by. */
  divideBatch: number;
  /** Pause when so many epochs of all stages together have ended. */
  pauseAfter?: number | undefined;
  /** Where to go on. */
  checkpoint?: Checkpoint | undefined;
  /** This one among them. */
  workers: Workers;
  /** What starts the others. */
  helpers: { script: string; orders: Omit<HelperOrders, "rank" | "memory"> };
  /** Tells a person how it goes. */
  say(line: string): void;
}

/** The learning of a run: stage after stage, with checkpoints, weights and TensorBoard's file in the run's folder. */
export class Training {
  readonly history: Epoch[] = [];
  readonly seconds: Record<string, number> = {};
  private readonly events: EventFile;
  private data: string | undefined;
  /** Stages that have ended. */
  private ended = 0;
  /** Stages that `fit` was asked for. */
  private asked = 0;
  private resumed: FitState | undefined;
  private helpers: Helpers | undefined;
  /** What stays on the device, of engines that have one. */
  private resident: Resident | undefined;
  /** Threads that share a batch now. */
  private workers: number;
  /** Seconds of this process in which steps had no batch to learn from, and those that they took in all. */
  waited = 0;
  learning = 0;
  /** Samples a step of the stage under way, or of the last one. */
  batch = 1;

  constructor(private readonly options: TrainingOptions) {
    this.workers = options.workers.count;
    this.events = new EventFile(join(options.folder, "tensorboard"), options.started);
  }

  /** True when a stage was learned, or found learned. */
  get began(): boolean {
    return this.asked > 0;
  }

  /** Learns one stage, or what is left of it. */
  async fit<Inputs>(model: Model<Inputs>, data: Splits, stage: Stage<Inputs>): Promise<void> {
    if (!this.began) await this.begin(model, data);
    const memory = deviceMemory();
    if (memory !== undefined) this.resident ??= new Resident(memory);
    if (this.asked++ < this.ended) {
      stage.optimizer.dispose();
      return;
    }
    const { folder, random, progress, signal, checkpointEvery, divideBatch, pauseAfter } = this.options;
    this.batch = Math.max(1, Math.floor(stage.batch / divideBatch));
    const before = this.seconds[stage.name] ?? 0;
    const begin = performance.now();
    const time = () => (this.seconds[stage.name] = before + (performance.now() - begin) / 1000);
    const from = this.resumed;
    this.resumed = undefined;
    const learned = await fit(
      model,
      data,
      { ...stage, batch: this.batch },
      {
        random,
        progress,
        signal,
        checkpointEvery,
        checkpoint: async (state) => {
          time();
          await this.save(state);
          // So that what was learned so far can be measured.
          if (signal.aborted) await saveWeights(folder, model.parameters.named());
        },
        share: (state, work) => this.share(model, data, stage, state, work),
        onAlone: (reason) => this.options.say(`workers   stage ${stage.name} is learned by one: ${reason}.`),
        onWaited: (waited) => (this.waited += waited / 1000),
        onEpoch: (epoch) => this.events.append(scalarsOf(epoch, this.history.length + epoch.epoch)),
        ...(pauseAfter !== undefined && { pauseAfter: pauseAfter - this.history.length }),
        ...(from && { from }),
        ...(this.resident && { resident: this.resident, settled: engineSettled }),
      },
    ).catch((error: unknown) => {
      if (error instanceof Paused) this.history.push(...error.history);
      throw error;
    });
    this.learning += (performance.now() - begin) / 1000;
    if (from !== undefined) tf.dispose(from.tensors.map(({ tensor }) => tensor));
    time();
    this.history.push(...learned.history);
    this.ended++;
    await this.keep(model, learned);
  }

  /** Starts the other workers, where they have enough to do, and brings them to a stage. */
  private async share<Inputs>(
    model: Model<Inputs>,
    data: Splits,
    { epochs }: Stage<Inputs>,
    state: FitState,
    work: () => Promise<Work>,
  ): Promise<Team | undefined> {
    const { helpers, say, workers } = this.options;
    const { batch } = this;
    if (this.workers === 1 || batch < 2 * this.workers) return undefined;
    if (data.train.stored !== undefined) {
      if (workers.always)
        say("workers   Data that is streamed is learned from by one thread; another one reads it.");
      this.workers = 1;
      return undefined;
    }
    const steps = epochs * Math.ceil(data.train.size / batch);
    if (!workers.always && !worthSharing(await work(), steps, this.workers)) return undefined;
    this.helpers ??= new Helpers(helpers.script, helpers.orders, this.workers);
    try {
      const order = await orderOf(this.asked - 1, batch, state);
      await this.helpers.begin(order, fingerprint(model, this.data ?? ""));
      return this.helpers.team;
    } catch (error) {
      say(`workers   One thread goes on alone, because another can't help: ${(error as Error).message}`);
      this.workers = 1;
      await this.end();
      return undefined;
    }
  }

  /** Ends the other workers, and takes the samples off the device. */
  async end(): Promise<void> {
    this.resident?.dispose();
    this.resident = undefined;
    await this.helpers?.end();
    this.helpers = undefined;
  }

  /** Before the first stage: goes on from the checkpoint, or begins anew. */
  private async begin<Inputs>(model: Model<Inputs>, data: Splits): Promise<void> {
    const { folder, checkpoint } = this.options;
    const saved = frozenHashes();
    this.data = dataHash(data, saved);
    if (checkpoint === undefined) {
      await removeCheckpoint(folder);
      await this.events.begin([]);
      return;
    }
    const plan = checkpoint.plan as RunPlan;
    if (plan.data !== this.data) {
      const what = Object.keys(saved).length > 0 ? "the data or a saved model" : "the data";
      throw cannotResume(folder, [`${what} changed`]);
    }
    this.ended = plan.ended;
    this.history.push(...plan.history);
    Object.assign(this.seconds, plan.seconds);
    const tensors = checkpoint.tensors();
    if (plan.fit === undefined) {
      model.parameters.assign(under("weights", tensors));
      tf.dispose(tensors.map(({ tensor }) => tensor));
    } else {
      this.resumed = { plan: plan.fit, tensors };
    }
    const epochs = [...plan.history, ...(plan.fit?.history ?? [])];
    await this.events.begin(epochs.map((epoch, i) => scalarsOf(epoch, i + 1)));
  }

  /** After a stage: its weights, and the other ones of best and last, before the checkpoint says that it has ended. */
  private async keep<Inputs>(model: Model<Inputs>, { beside }: Learned): Promise<void> {
    const { folder } = this.options;
    const weights = model.parameters.named();
    await saveWeights(folder, weights);
    for (const name of ["best", "last"] as const) {
      if (beside?.which === name) await saveWeights(folder, beside.weights, name);
      else for (const type of ["bin", "json"]) await rm(join(folder, `${name}.${type}`), { force: true });
    }
    tf.dispose(beside?.weights.map(({ tensor }) => tensor) ?? []);
    await this.save({ tensors: prefixed("weights", weights) });
  }

  private async save({ plan: fit, tensors }: { plan?: FitPlan; tensors: NamedTensor[] }): Promise<void> {
    const { folder, origin } = this.options;
    const { data = "", ended, history, seconds } = this;
    const plan: RunPlan = { origin, data, ended, ...(fit && { fit }), history, seconds };
    await saveCheckpoint(folder, plan, tensors);
  }
}

/** What must be the same on all workers. @param data its hash */
export function fingerprint<Inputs>(model: Model<Inputs>, data: string): string {
  const arrays = model.parameters.named().map(({ name, tensor }) => `${name} ${tensor.shape.join("x")}`);
  return [data, ...arrays].join("\n");
}

/** The run can't go on, because it wouldn't come to what it would have come to. */
export function cannotResume(folder: string, changed: readonly string[]): CheckpointError {
  return new CheckpointError(
    `${folder} can't be resumed: ${changed.join("; ")}. It would not come to what it would have come to without a stop. ` +
      `Put that back as it was, or train anew; \`mmspec evaluate\` measures weights that are there.`,
  );
}

function scalarsOf(epoch: Epoch, step: number): Scalars {
  const { stage, loss, losses, validationLoss, validationLosses = {}, gradient, learningRate, ended } = epoch;
  const named = (kind: string, terms: Record<string, number>) =>
    Object.entries(terms).map(([name, value]) => [`${stage}/${kind}/${name}`, value] as const);
  return {
    step,
    time: new Date(ended).getTime() / 1000,
    values: {
      [`${stage}/loss`]: loss,
      ...Object.fromEntries(named("loss", losses)),
      ...(validationLoss !== undefined && { [`${stage}/validation`]: validationLoss }),
      ...Object.fromEntries(named("validation", validationLosses)),
      [`${stage}/gradient`]: gradient,
      [`${stage}/learning_rate`]: learningRate,
    },
  };
}
