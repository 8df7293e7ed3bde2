import type { AnyPredictions, LabelPredictions, NumberPredictions } from "../learning/predict.js";
import { labelAccuracy, labelAuroc, labelF1, rightLabels } from "../metrics/index.js";
import type { ParquetColumn } from "../runs/index.js";

/** What metrics.json says of a target that isn't one class. */
export interface TargetSummary {
  /** Absent where the target is one class. */
  target?:
    { kind: "multilabel"; labels: readonly string[] } | { kind: "regression"; numbers: readonly string[] };
  /** How each label fares. */
  byLabel?: LabelSummary[];
  /** What the best possible model reaches on samples that were drawn, by the metric's name. */
  best?: Readonly<Record<string, number>>;
}

/** Of one label; F1 and AUROC are absent where the held-out samples don't allow them. */
export interface LabelSummary {
  label: string;
  /** Samples that have it. */
  samples: number;
  accuracy: number;
  f1?: number;
  auroc?: number;
}

export function targetSummary(predictions: AnyPredictions): TargetSummary {
  if (predictions.kind === undefined) return {};
  const { kind, classes, best } = predictions;
  if (kind === "regression") return { target: { kind, numbers: classes }, ...(best && { best }) };
  return { target: { kind, labels: classes }, byLabel: byLabel(predictions), ...(best && { best }) };
}

function byLabel(predictions: LabelPredictions): LabelSummary[] {
  const { size, classes, targets } = predictions;
  const [accuracy, f1, auroc] = [labelAccuracy, labelF1, labelAuroc].map(
    (of) => of(predictions).details ?? {},
  );
  return classes.map((label, k) => ({
    label,
    samples: Array.from({ length: size }, (_, i) => targets[i * classes.length + k]).filter((is) => is === 1)
      .length,
    accuracy: accuracy?.[label] as number,
    ...(f1?.[label] !== undefined && { f1: f1[label] }),
    ...(auroc?.[label] !== undefined && { auroc: auroc[label] }),
  }));
}

/** How right a sample's answer is, and what the mean of that over samples is called. */
export function rightness(predictions: AnyPredictions): {
  of(sample: number): number;
  mean(value: number): { accuracy: number } | { rmse: number };
} {
  const accuracy = (value: number) => ({ accuracy: value });
  if (predictions.kind === undefined) {
    const { predicted, labels } = predictions;
    return { of: (i) => (predicted[i] === labels[i] ? 1 : 0), mean: accuracy };
  }
  const width = predictions.classes.length;
  if (predictions.kind === "multilabel")
    return { of: (i) => rightLabels(predictions, i) / width, mean: accuracy };
  const { predicted, targets } = predictions;
  const square = (at: number) => ((predicted[at] as number) - (targets[at] as number)) ** 2;
  return {
    of: (i) => predictions.classes.reduce((sum, _, k) => sum + square(i * width + k) / width, 0),
    mean: (value) => ({ rmse: Math.sqrt(value) }),
  };
}

/** The columns of pid.parquet that say what is right and what was predicted, one row a held-out sample. */
export function targetColumns(predictions: AnyPredictions): ParquetColumn[] {
  if (predictions.kind === "multilabel") return labelColumns(predictions);
  if (predictions.kind === "regression") return numberColumns(predictions);
  const { classes, labels, predicted, probabilities } = predictions;
  const name = (c: number) => classes[c] as string;
  return [
    { name: "label", type: "text", values: Array.from(labels, name) },
    { name: "prediction", type: "text", values: Array.from(predicted, name) },
    {
      name: "confidence",
      type: "float",
      values: Float64Array.from(predicted, (c, i) => probabilities[i * classes.length + c] as number),
    },
  ];
}

/** `label_NAME` and `prediction_NAME`, 1 or 0, and `probability_NAME`. */
function labelColumns({
  size,
  classes,
  targets,
  predicted,
  probabilities,
}: LabelPredictions): ParquetColumn[] {
  const width = classes.length;
  const of = (values: ArrayLike<number>, k: number) =>
    Float64Array.from({ length: size }, (_, i) => values[i * width + k] as number);
  return classes.flatMap((name, k): ParquetColumn[] => [
    { name: `label_${name}`, type: "int", values: Int32Array.from(of(targets, k)) },
    { name: `prediction_${name}`, type: "int", values: Int32Array.from(of(predicted, k)) },
    { name: `probability_${name}`, type: "float", values: of(probabilities, k) },
  ]);
}

/** `target` and `prediction`, in the units of the data; of several numbers `target_NAME` and `prediction_NAME`. */
function numberColumns({ size, classes, targets, predicted }: NumberPredictions): ParquetColumn[] {
  const width = classes.length;
  const of = (values: Float32Array, k: number) =>
    Float64Array.from({ length: size }, (_, i) => values[i * width + k] as number);
  return classes.flatMap((name, k): ParquetColumn[] => {
    const suffix = width === 1 ? "" : `_${name}`;
    return [
      { name: `target${suffix}`, type: "float", values: of(targets, k) },
      { name: `prediction${suffix}`, type: "float", values: of(predicted, k) },
    ];
  });
}
