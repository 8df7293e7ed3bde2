import { count, word, whole, type Callable, type Parameter } from "./parameters.js";
import type { TargetKind } from "./targets.js";

/** A metric of the held-out predictions. */
export interface MetricRow extends Callable {
  /** What computes it, of each kind of target that it fits. */
  runtime: Partial<Record<TargetKind, string>>;
  /** True when it must know what each modality predicts alone. */
  unimodal?: boolean;
}

export const metrics: ReadonlyMap<string, MetricRow> = new Map(
  (
    [
      {
        name: "accuracy",
        doc: "Share of the samples that are right; of labels, share of all labels of all samples.",
        example: "accuracy",
        parameters: [],
        runtime: { class: "accuracy", multilabel: "labelAccuracy" },
      },
      {
        name: "subset_accuracy",
        doc: "Share of the samples whose labels are all right.",
        example: "subset_accuracy",
        parameters: [],
        runtime: { multilabel: "subsetAccuracy" },
      },
      {
        name: "macro_f1",
        doc: "Mean over the classes or labels of the harmonic mean of precision and recall.",
        example: "macro_f1",
        parameters: [],
        runtime: { class: "macroF1", multilabel: "labelF1" },
      },
      {
        name: "auroc",
        doc: "Mean over the classes or labels of the area under the receiver operating characteristic of each against the rest.",
        example: "auroc",
        parameters: [],
        runtime: { class: "macroAuroc", multilabel: "labelAuroc" },
      },
      {
        name: "calibration",
        doc: "Expected calibration error; of classes with log-likelihood and Brier score, of labels the mean over them.",
        example: "calibration",
        parameters: [count("bins", "Bins of confidence.", 15)],
        runtime: { class: "calibration", multilabel: "labelCalibration" },
      },
      {
        name: "synergy_indicator",
        doc: "Share of the samples, or of all their labels, that the model gets right while each modality alone gets them wrong.",
        example: "synergy_indicator",
        parameters: [],
        runtime: { class: "synergyIndicator", multilabel: "labelSynergyIndicator" },
        unimodal: true,
      },
      {
        name: "mae",
        doc: "Mean absolute error, in the units of the data.",
        example: "mae",
        parameters: [],
        runtime: { regression: "mae" },
      },
      {
        name: "rmse",
        doc: "Root of the mean squared error, in the units of the data.",
        example: "rmse",
        parameters: [],
        runtime: { regression: "rmse" },
      },
      {
        name: "r2",
        doc: "Coefficient of determination: the share of the held-out samples' variance that is explained.",
        example: "r2",
        parameters: [],
        runtime: { regression: "r2" },
      },
    ] satisfies MetricRow[]
  ).map((row) => [row.name, row]),
);

/** Names of the metrics that fit a kind of target. */
export function metricsOf(kind: TargetKind): string[] {
  return [...metrics.values()].filter(({ runtime }) => runtime[kind] !== undefined).map(({ name }) => name);
}

/** A measure of interaction. */
export interface MeasureRow extends Callable {
  runtime: string;
  /** How many modalities it measures. */
  modalities: { least: number; most: number };
  /** The values themselves, symbols that a quantiser makes of them, or the shares of the model's gate. */
  reads: "values" | "symbols" | "gate";
  /** False where it measures the data set as a whole. */
  perSample: boolean;
  /** Its parameters that go to the runtime as they are. */
  options: readonly string[];
}

const seed = whole("seed", "What its random numbers follow from; that of `train` when left out.", 0);

const unit = word("unit", "What informations are told in.", ["nats", "bits"], "nats");

const on: Parameter = {
  name: "on",
  doc: "Where it measures: `inputs`, `encodings`, or another point of the model; `auto` takes the inputs where they are discrete or narrow.",
  type: { kind: "name" },
  default: "auto",
};

const quantised = [
  word(
    "quantiser",
    "What makes symbols: `none` of what is discrete already, bins of each column, or the nearest of several centres of all columns.",
    ["none", "uniform", "quantiles", "kmeans"],
    "none",
  ),
  { ...count("bins", "Bins of each column, or centres.", 4), type: { kind: "integer", min: 2, max: 1000 } },
  seed,
  on,
  unit,
] satisfies Parameter[];

const two = { least: 2, most: 2 };

export const measures: ReadonlyMap<string, MeasureRow> = new Map(
  (
    [
      {
        name: "lsmi",
        doc: "Pointwise redundancy, uniqueness and synergy from cross-fitted classifiers and densities (Yang et al. 2025).",
        example: "pid lsmi per sample",
        parameters: [
          { ...count("folds", "Folds of the cross-fitting.", 5), type: { kind: "integer", min: 2, max: 50 } },
          seed,
          on,
          unit,
        ],
        runtime: "lsmi",
        modalities: two,
        reads: "values",
        perSample: true,
        options: ["folds", "seed"],
      },
      {
        name: "pointwise",
        doc: "The same definition with frequencies for probabilities, exact for discrete modalities (Finn and Lizier 2018).",
        example: "pid pointwise(quantiser: quantiles, bins: 4) per sample",
        parameters: quantised,
        runtime: "pointwise",
        modalities: two,
        reads: "symbols",
        perSample: true,
        options: ["seed"],
      },
      {
        name: "isx",
        doc: "Shared exclusions over the whole redundancy lattice of two to four modalities (Makkeh et al. 2021).",
        example: "pid isx(quantiser: kmeans, bins: 8) per sample",
        parameters: quantised,
        runtime: "isx",
        modalities: { least: 2, most: 4 },
        reads: "symbols",
        perSample: true,
        options: ["seed"],
      },
      {
        name: "broja",
        doc: "The least uniqueness that the marginals allow, of the whole data set (Bertschinger et al. 2014).",
        example: "pid broja(quantiser: kmeans, bins: 8)",
        parameters: quantised,
        runtime: "broja",
        modalities: two,
        reads: "symbols",
        perSample: false,
        options: ["seed"],
      },
      {
        name: "gate",
        doc: "The shares that the model's own gate gives the interactions; needs no label.",
        example: "pid gate per sample",
        parameters: [],
        runtime: "measureGate",
        modalities: { least: 1, most: Infinity },
        reads: "gate",
        perSample: true,
        options: [],
      },
    ] satisfies MeasureRow[]
  ).map((row) => [row.name, row]),
);
