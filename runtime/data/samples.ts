import type { JoinCount } from "./join.js";
import type { Names } from "./names.js";
import type { Tokenizers } from "./transforms/tokenizer.js";
import type { StoredInputs } from "./streamed/stored.js";
import type { Statistics } from "./transforms/standardise.js";
import type { Skipped } from "./unreadable.js";
import { size } from "./size.js";

/** What is to be predicted where that isn't one class. Row i is sample i. */
export interface Targets {
  /** Any of several labels, or numbers. */
  kind: "multilabel" | "regression";
  /** [size, outputs]: 1 or 0 of each label, or numbers in the units of the data. */
  values: Float32Array;
  /** Of test samples that were drawn: what the best possible model reaches, by the metric's name. */
  best?: Readonly<Record<string, number>>;
}

/** Samples as plain arrays; row i is sample i. */
export interface Samples {
  size: number;
  /** Per modality, [size, ...shape]; zeros where it is missing. Nothing where they are `stored`. */
  inputs: Record<string, Float32Array>;
  /** What gives the inputs, batch by batch, of samples that aren't in memory. */
  stored?: StoredInputs;
  /** Of one sample. */
  shapes: Record<string, number[]>;
  /** Per modality: 1 where the sample has it, 0 where it is missing. */
  present: Record<string, Uint8Array>;
  /** Positions in `classes`; all 0 where the target isn't one class. */
  labels: Int32Array;
  /** Of a target that isn't one class. */
  targets?: Targets;
  /** Row of each sample in the data's source. */
  index: Int32Array;
  /** The classes, the labels, or the names of the numbers to predict. */
  classes: readonly string[];
  /** Of test samples that were drawn. */
  truth?: Truth;
}

/** What is known of samples that were drawn; for evaluation, never an input. Row i is sample i. */
export interface Truth {
  /** "redundant", "unique(NAME)", "synergistic", "none"; only one where all samples are of a kind. */
  typeNames: readonly string[];
  /** Positions in `typeNames`. */
  types: Int32Array;
  /** p(type | the modalities that a sample has), [size, types]. */
  typePosterior: Float64Array;
  /** Accuracy of the best possible model on these samples, given the modalities that each has. */
  bayesAccuracy: number;
  /**
   * Exact pointwise mutual information of each set of modalities with the class, in nats, by their names: "a", "b", "a, b". NaN for a
   * sample that lacks a modality; absent for more than five modalities.
   */
  information?: Record<string, Float64Array>;
  /** Exact r, u1, u2 and s in nats, of two modalities; NaN for a sample that lacks one. */
  exact?: Record<"r" | "u1" | "u2" | "s", Float64Array>;
}

/** What is learned from, what stopping is judged by, and what is measured. */
export interface Splits {
  train: Samples;
  validation?: Samples;
  test: Samples;
  /** All samples of the classes that were held out: none of them is in another part. */
  outside?: Samples;
  /** What whole numbers in the inputs stand for. */
  names?: Names;
  /** Of each modality that is standardised, those of the training part. */
  statistics?: Readonly<Record<string, Statistics>>;
  /** What became of the rows of the files, where something is to be told of that. */
  reading?: Reading;
  /** Of each modality whose texts are tokenised by a file. */
  tokenizers?: Tokenizers;
}

/** What was left out when samples were read, and what found no partner in another file. */
export interface Reading {
  skipped?: Skipped;
  joins?: readonly JoinCount[];
}

/** The samples at these positions. */
export function takeSamples(samples: Samples, positions: Int32Array): Samples {
  const inputs: Record<string, Float32Array> = {};
  const present: Record<string, Uint8Array> = {};
  const rows = (source: Float32Array, width: number) => {
    const taken = new Float32Array(positions.length * width);
    positions.forEach((from, to) => taken.set(source.subarray(from * width, (from + 1) * width), to * width));
    return taken;
  };
  const { targets } = samples;
  for (const [name, shape] of Object.entries(samples.shapes)) {
    const width = size(shape);
    inputs[name] = rows(samples.inputs[name] as Float32Array, width);
    present[name] = Uint8Array.from(positions, (from) => samples.present[name]?.[from] as number);
  }
  return {
    size: positions.length,
    inputs,
    present,
    shapes: samples.shapes,
    classes: samples.classes,
    labels: Int32Array.from(positions, (from) => samples.labels[from] as number),
    ...(targets && {
      targets: { kind: targets.kind, values: rows(targets.values, samples.classes.length) },
    }),
    index: Int32Array.from(positions, (from) => samples.index[from] as number),
  };
}
