/**
 * The intermediate form: a model whose names are resolved, whose shapes are known and whose arguments are checked. It is
 * all that the emitter sees. Plain data; lines are those of the spec, or of the imported file that is named beside them.
 */

import type { TargetKind } from "./tables/targets.js";

/** Without the batch. */
export type Shape = readonly number[];

export type OptionValue =
  number | string | boolean | readonly number[] | readonly string[] | Readonly<Record<string, number>>;

/** A call of something that the runtime exports: `conv({ channels: 1, filters: 8 })`. */
export interface RuntimeCall {
  name: string;
  options?: Readonly<Record<string, OptionValue>>;
  /** What the user wrote is its first argument: the default export of this file, a path in the spec's folder. */
  file?: string;
}

export interface LayerIr {
  /** As the spec writes it. */
  text: string;
  call: RuntimeCall;
  input: Shape;
  output: Shape;
  weights: number;
  flops: number;
  /** True where weights and FLOPs aren't known, and are told as 0. */
  uncounted?: boolean;
  line: number;
  file?: string;
}

export interface TargetIr {
  name: string;
  doc?: string;
  kind: TargetKind;
  /** Names of the model's outputs: the classes, the labels, the numbers. */
  outputs: readonly string[];
  /** True when the spec names them; otherwise classes and labels are counted from 0. */
  named: boolean;
  line: number;
}

/** A column of a table. */
export interface ColumnIr {
  name: string;
  /** Of a category: how many values there may be; those that training never saw have one more slot. */
  categories?: number;
}

export interface ModalityIr {
  name: string;
  doc?: string;
  kind: string;
  shape: Shape;
  /** Of a sound: samples a second. */
  rate?: number;
  /** Of tokens: how many different ones there are. */
  vocabulary?: number;
  /** What fills samples that are shorter: a token, or moments of zeros. */
  padding?: number | "zeros";
  /** Of a table. */
  columns?: readonly ColumnIr[];
  optional: boolean;
  line: number;
}

export interface EncoderIr {
  name: string;
  doc?: string;
  /** The modalities that it encodes; more than one when its weights are shared. */
  modalities: readonly string[];
  layers: readonly LayerIr[];
  width: number;
  line: number;
  /** Where its layers stand, when that is in another file. */
  template?: { file: string; line: number };
}

/** Weights of what a merge adds to the loss; what has none, or 0, adds nothing. */
export interface MergeTerms {
  /** Of how unevenly experts are asked. */
  balance?: number;
  /** Of how far the views of `align` are apart. */
  alignment?: number;
}

export interface MergeIr {
  text: string;
  call: RuntimeCall;
  inputs: readonly number[];
  output: number;
  weights: number;
  flops: number;
  /** Of `align`: how far apart two views are. */
  distance?: string;
  terms?: MergeTerms;
  line: number;
  file?: string;
}

/** `fusion = concat -> mlp(64)`: the head to the outputs follows the layers. */
export interface MergeFusionIr {
  kind: "merge";
  doc?: string;
  merge: MergeIr;
  layers: readonly LayerIr[];
  width: number;
  line: number;
  file?: string;
}

/** `fusion = ensemble`: one head a modality. */
export interface EnsembleFusionIr {
  kind: "ensemble";
  doc?: string;
  weights: "mean" | "learned";
  line: number;
  file?: string;
}

export type InteractionKind = "redundant" | "unique" | "synergistic";

export interface ComponentIr {
  /** Its name in the generated code: `uniqueTop`. */
  id: string;
  /** As the spec names it: `unique(top)`. */
  text: string;
  doc?: string;
  interaction: InteractionKind;
  modalities: readonly string[];
  /** What joins the modalities; absent for `unique`. */
  merge?: MergeIr;
  /** Between the merge and the linear prediction. */
  layers: readonly LayerIr[];
  /** Width of what the linear prediction reads. */
  width: number;
  line: number;
}

export type ConditionIr =
  | { kind: "above" | "below"; components: readonly string[]; threshold: number; orEqual: boolean }
  | { kind: "dominates"; components: readonly string[] }
  | { kind: "missing"; modality: string }
  | { kind: "and" | "or"; left: ConditionIr; right: ConditionIr }
  | { kind: "not"; operand: ConditionIr };

export interface RuleIr {
  text: string;
  condition?: ConditionIr;
  /** A component's id, or "gate". */
  use: string;
  line: number;
}

export interface BlockFusionIr {
  kind: "block";
  doc?: string;
  components: readonly ComponentIr[];
  gate: { layers: readonly LayerIr[]; width: number; doc?: string; line: number };
  rules: readonly RuleIr[];
  line: number;
  /** The file that all of it stands in. */
  file?: string;
}

export type FusionIr = MergeFusionIr | EnsembleFusionIr | BlockFusionIr;

export interface DmilIr {
  kind: "dmil";
  intra: number;
  consistency: number;
  joint: number;
  alpha: number;
  beta: number;
  gamma: number;
  kl: number;
  latent: number;
  /** What M and N together must rebuild. */
  rebuild: "encodings" | "inputs";
  /** What keeps U apart from R. */
  bound: "cross_covariance" | "vclub";
  ablation: "none" | "fc" | "intra_only" | "consistency_only";
}

export interface EvidenceIr {
  kind: "evidence";
  epochs: number;
  unrelated: number;
  parsimony: number;
  restraint: number;
}

export interface OgmIr {
  kind: "ogm";
  epochs: number;
  alpha: number;
  noise: "gaussian" | "none";
}

export interface AgmIr {
  kind: "agm";
  epochs: number;
  alpha: number;
}

export interface PmrIr {
  kind: "pmr";
  epochs: number;
  alpha: number;
  mu: number;
  regularised: number;
  momentum: number;
}

export interface I2moeIr {
  kind: "i2moe";
  epochs: number;
  weight: number;
  gate: number;
  temperature: number;
}

export type ParadigmIr =
  | { kind: "joint" | "ensemble"; epochs: number }
  | { kind: "unimodal"; epochs: number; modality: string }
  | OgmIr
  | AgmIr
  | PmrIr
  | I2moeIr
  | EvidenceIr
  | DmilIr;

/** The gate is taught by the measured composition of the samples. */
export interface SuperviseIr {
  weight: number;
  /** Weight of the losses of each modality's own prediction. */
  heads: number;
  /** Share of the steps before the lessons begin. */
  after: number;
}

export interface TrainingIr {
  paradigm: ParadigmIr;
  optimizer: RuntimeCall;
  learningRate: number;
  batch: number;
  seed: number;
  patience?: number;
  clip?: number;
  weightDecay?: number;
  /** One after the other; all but the last end by themselves. */
  schedule?: readonly RuntimeCall[];
  /** Standard deviation of the noise on the inputs. */
  noise?: number;
  /** Share of the samples that lose an optional modality while learning. */
  modalityDropout?: number;
  /** Those of the classes, in their order, or what works them out. */
  classWeights?: "balanced" | readonly number[];
  supervise?: SuperviseIr;
  /** What is done to modalities while learning, in this order. */
  augment?: readonly { modality: string; steps: readonly AugmentationIr[] }[];
  /** Alpha of the Beta distribution that samples are mixed by. */
  mixup?: number;
  line: number;
}

/** A row of the augmentations' table, with its arguments. */
export interface AugmentationIr {
  kind: string;
  options: Readonly<Record<string, OptionValue>>;
}

export interface MetricIr {
  name: string;
  call: RuntimeCall;
  unimodal: boolean;
}

export interface PidIr {
  measure: string;
  call: RuntimeCall;
  /** What makes symbols of the values, where the measure reads symbols. */
  quantiser?: Readonly<Record<string, OptionValue>>;
  modalities: readonly string[];
  /** The point at which it measures: `inputs`, `encodings`, or one of those that only some models have. */
  on: string;
  unit: "nats" | "bits";
  /** Of the measure `gate`: the atom that each component's share counts for, by the component's id. */
  atoms?: Readonly<Record<string, string>>;
  line: number;
}

export interface EvaluationIr {
  metrics: readonly MetricIr[];
  pid: readonly PidIr[];
}

export interface BindingIr {
  name: string;
  columns: readonly string[];
  /** True where the column names files, whose texts are read. */
  files?: boolean;
  /** In the order in which they are done. */
  transforms: readonly TransformIr[];
  line: number;
}

export type TransformIr =
  | { kind: "scaled"; by: number }
  | { kind: "resized"; to: readonly [height: number, width: number] }
  | { kind: "log" }
  | { kind: "clipped"; from: number; to: number }
  | { kind: "standardised" }
  | { kind: "cropped"; to: readonly number[] }
  | { kind: "one_hot" }
  | { kind: "tokenised"; file: string }
  | { kind: "tokenised"; words: number };

export interface SplitIr {
  /** Shares of the samples; of a fold only that of the validation part, of a column none. */
  train?: number;
  validation?: number;
  test?: number;
  /** The test part is this fold, counted from 1. */
  fold?: { at: number; of: number };
  /** The column that samples are divided by; `validated` where it must name a validation part. */
  by?: { kind: "group" | "time" | "column"; column: string; validated?: boolean };
  stratified: boolean;
  seed: number;
  line: number;
  missing: readonly MissingIr[];
  holdOut?: HoldOutIr;
}

/** A modality that some samples of a part lack. */
export interface MissingIr {
  modality: string;
  share: number;
  part: string;
  seed: number;
}

export interface HoldOutIr {
  /** Positions in the target's classes. */
  classes: readonly number[];
  line: number;
}

/** Another file, whose rows belong to those with the same key. */
export interface JoinIr {
  path: string;
  key: string;
  line: number;
}

export interface SkipIr {
  /** A share of the samples. */
  atMost: number;
  line: number;
}

/** Samples are never in memory all at once. */
export interface StreamedIr {
  /** Bytes that the data may take. */
  within: number;
  line: number;
}

export type DataIr = { split: SplitIr; line: number } & (
  | {
      kind: "file";
      path: string;
      joins: readonly JoinIr[];
      /** Set where samples that can't be read are left out. */
      skip?: SkipIr;
      modalities: readonly BindingIr[];
      target: BindingIr;
      streamed?: StreamedIr;
    }
  | { kind: "drawn"; load: string; options: Readonly<Record<string, OptionValue>> }
);

export interface ModelIr {
  name: string;
  doc?: string;
  /** Name of the spec's file, without its folder. */
  file: string;
  /** The files that it imports, from the folder of the spec. */
  imports?: readonly string[];
  line: number;
  target: TargetIr;
  modalities: readonly ModalityIr[];
  encoders: readonly EncoderIr[];
  fusion: FusionIr;
  training: TrainingIr;
  evaluation: EvaluationIr;
  /** Absent when the file doesn't say. */
  data?: DataIr;
}
