import type { ModelIr } from "../compiler/index.js";

/** A variant as a sweep trains it. */
export interface Trial {
  /** Fit for a folder; no two of a sweep have the same. */
  name: string;
  /** What was chosen, by path. */
  choices: Readonly<Record<string, string>>;
  /** The complete spec. */
  spec: string;
  parameters: number;
  /** Multiply-adds of one sample. */
  flops: number;
  /** What it learns, stage by stage. */
  epochs: StageEpochs;
}

/** How long a variant learns when it isn't stopped. */
export interface StageEpochs {
  /** Epochs of the stages before the last. */
  before: number;
  /** Epochs of the last stage: the one that learns what the model answers by. */
  last: number;
}

export function stageEpochs({ training: { paradigm } }: ModelIr): StageEpochs {
  return paradigm.kind === "dmil"
    ? { before: paradigm.intra + paradigm.consistency, last: paradigm.joint }
    : { before: 0, last: paradigm.epochs };
}

/** A part of a sweep's work: one variant with one seed, up to one rung. */
export interface Job {
  /** `dense32.seed7.rung1`: what came of it is counted once. */
  key: string;
  trial: Trial;
  seed: number;
  rung: number;
  /** Epochs of all stages that the rung below ended with; 0 at the lowest. */
  from: number;
  /** Epochs of all stages after which it pauses; all of them at the last rung. */
  epochs: number;
}

export function jobKey(trial: string, seed: number, rung: number): string {
  return `${trial}.seed${seed}.rung${rung}`;
}
