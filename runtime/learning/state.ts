import type { RandomState } from "../data/random.js";
import type { NamedTensor } from "../layers/parameters.js";
import type { Epoch } from "./stage.js";
import type { TallyState } from "./tally.js";

/** Where the learning of one stage is: going on from here gives what never stopping gives, bit by bit on the same engine. */
export interface FitState {
  /** Plain data. */
  plan: FitPlan;
  /** `weights.NAME`, `optimizer.NAME` and, with a validation split, `best.NAME`. They stay the trainer's. */
  tensors: NamedTensor[];
}

export interface FitPlan {
  /** The epoch under way, from 1. */
  epoch: number;
  /** Steps that were taken in it. */
  step: number;
  /** Samples a step. */
  batch: number;
  /** The stream of the samples' order, where it was when the epoch began. */
  order: RandomState;
  /** The stream of dropout masks and latent samples. */
  noise: RandomState;
  /** Losses of the epoch under way. */
  tally: TallyState;
  /** Lengths of its gradients. */
  gradients: TallyState;
  /** Steps that the optimizer took. */
  optimizerSteps: number;
  /** The epoch with the lowest validation loss. */
  best?: BestEpoch;
  /** The epochs that have ended. */
  history: Epoch[];
}

export interface BestEpoch {
  epoch: number;
  validationLoss: number;
}

/** Puts a prefix before the names. */
export function prefixed(prefix: string, tensors: readonly NamedTensor[]): NamedTensor[] {
  return tensors.map(({ name, tensor }) => ({ name: `${prefix}.${name}`, tensor }));
}

/** The arrays under a prefix, without it. */
export function under(prefix: string, tensors: readonly NamedTensor[]): NamedTensor[] {
  return tensors
    .filter(({ name }) => name.startsWith(`${prefix}.`))
    .map(({ name, tensor }) => ({ name: name.slice(prefix.length + 1), tensor }));
}
