import { count, word, whole, type Callable, type Parameter } from "./parameters.js";

/** A metric of the held-out predictions; `runtime` is what computes it. */
export interface MetricRow extends Callable {
  runtime: string;
  /** True when it must know what each modality predicts alone. */
  unimodal?: boolean;
}

export const metrics: ReadonlyMap<string, MetricRow> = new Map(
  (
    [
      {
        name: "accuracy",
        doc: "Share of the samples that are right.",
        example: "accuracy",
        parameters: [],
        runtime: "accuracy",
      },
      {
        name: "macro_f1",
        doc: "Mean over the classes of the harmonic mean of precision and recall.",
        example: "macro_f1",
        parameters: [],
        runtime: "macroF1",
      },
      {
        name: "calibration",
        doc: "Expected calibration error, with log-likelihood and Brier score.",
        example: "calibration",
        parameters: [count("bins", "Bins of confidence.", 15)],
        runtime: "calibration",
      },
      {
        name: "synergy_indicator",
        doc: "Share of the samples that the model gets right while each modality alone gets them wrong.",
        example: "synergy_indicator",
        parameters: [],
        runtime: "synergyIndicator",
        unimodal: true,
      },
    ] satisfies MetricRow[]
  ).map((row) => [row.name, row]),
);

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
