import { count, word, whole, type Callable } from "./parameters.js";

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

/** A measure of interaction per sample. */
export interface MeasureRow extends Callable {
  runtime: string;
  /** How many modalities it measures. */
  modalities: number;
}

export const measures: ReadonlyMap<string, MeasureRow> = new Map(
  (
    [
      {
        name: "lsmi",
        doc: "Pointwise redundancy, uniqueness and synergy from cross-fitted classifiers and densities (Yang et al. 2025), in nats.",
        example: "pid lsmi per sample",
        parameters: [
          { ...count("folds", "Folds of the cross-fitting.", 5), type: { kind: "integer", min: 2, max: 50 } },
          whole("seed", "Which folds; that of `train` when left out.", 0),
          word(
            "on",
            "What is measured: what the modalities were encoded to, or the inputs themselves.",
            ["encodings", "inputs", "auto"],
            "auto",
          ),
        ],
        runtime: "lsmi",
        modalities: 2,
      },
    ] satisfies MeasureRow[]
  ).map((row) => [row.name, row]),
);
