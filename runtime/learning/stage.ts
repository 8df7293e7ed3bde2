import type { Samples } from "../data/load.js";
import type { Context } from "../layers/layer.js";
import type { Augmented } from "./augmented.js";
import type { TensorBatch } from "./batch.js";
import type { Losses } from "./losses.js";
import type { Optimizer } from "./optimizers.js";
import type { Schedule } from "./schedules.js";

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
