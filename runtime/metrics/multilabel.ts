import { auroc } from "./auroc.js";
import { proportion, type MetricResult } from "./metric.js";

/** Labels that were predicted of held-out samples, and what would have been right. */
export interface JudgedLabels {
  size: number;
  /** Names of the labels. */
  classes: readonly string[];
  /** 1 or 0, [size, labels] */
  targets: Float32Array;
  /** 1 or 0, [size, labels] */
  predicted: Uint8Array;
  /** That a label is true, [size, labels] */
  probabilities: Float32Array;
}

/** The values of one label, [size]. */
function column(values: ArrayLike<number>, { size, classes }: JudgedLabels, label: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => values[i * classes.length + label] as number);
}

/** A figure of each label by its name, and their mean; labels without one are left out. */
function meanOfLabels(
  judged: JudgedLabels,
  figure: (truth: Float64Array, label: number) => number,
): Pick<MetricResult, "value" | "details"> {
  const all = judged.classes.map(
    (name, label) => [name, figure(column(judged.targets, judged, label), label)] as const,
  );
  const known = all.filter(([, value]) => !Number.isNaN(value));
  const value = known.reduce((sum, [, one]) => sum + one, 0) / known.length;
  return { value, details: Object.fromEntries(known) };
}

/** The mean of a share of each sample with its 95 % interval: samples are drawn, not labels. */
function meanShare(shares: Float64Array): MetricResult {
  const size = shares.length;
  const value = shares.reduce((sum, share) => sum + share, 0) / size;
  if (size < 2) return { value, unit: "share" };
  const variance = shares.reduce((sum, share) => sum + (share - value) ** 2, 0) / (size - 1);
  const half = 1.959964 * Math.sqrt(variance / size);
  return { value, unit: "share", interval: [Math.max(0, value - half), Math.min(1, value + half)] };
}

/** Share of all labels of all samples that are right. Details: of each label. */
export function labelAccuracy(judged: JudgedLabels): MetricResult {
  const { size, classes } = judged;
  const { details } = meanOfLabels(judged, (truth, label) => {
    const predicted = column(judged.predicted, judged, label);
    return truth.filter((is, i) => is === predicted[i]).length / size;
  });
  const shares = Float64Array.from({ length: size }, (_, i) => rightLabels(judged, i) / classes.length);
  return { ...meanShare(shares), ...(details && { details }) };
}

/** How many labels of a sample are right. */
export function rightLabels({ classes, targets, predicted }: JudgedLabels, sample: number): number {
  const from = sample * classes.length;
  return classes.filter((_, label) => targets[from + label] === predicted[from + label]).length;
}

/** Share of the samples whose labels are all right. */
export function subsetAccuracy(judged: JudgedLabels): MetricResult {
  const { size, classes } = judged;
  const hits = Array.from({ length: size }, (_, i) => rightLabels(judged, i)).filter(
    (right) => right === classes.length,
  );
  return proportion(hits.length, size);
}

/** Mean over the labels that occur of F1 = 2 TP / (2 TP + FP + FN). */
export function labelF1(judged: JudgedLabels): MetricResult {
  return meanOfLabels(judged, (truth, label) => {
    const predicted = column(judged.predicted, judged, label);
    const right = truth.filter((is, i) => is === 1 && predicted[i] === 1).length;
    const wrong = truth.filter((is, i) => is !== predicted[i]).length;
    return truth.includes(1) ? (2 * right) / (2 * right + wrong) : NaN;
  });
}

/** Mean over the labels of the area under the receiver operating characteristic; a label that all samples or none have is left out. */
export function labelAuroc(judged: JudgedLabels): MetricResult {
  return meanOfLabels(judged, (truth, label) => {
    const probabilities = column(judged.probabilities, judged, label);
    const of = (is: number) => probabilities.filter((_, i) => truth[i] === is);
    return auroc(of(1), of(0));
  });
}

/**
 * Mean over the labels of the expected calibration error of a label's being true: the mean distance between predicted and observed frequency over
 * bins of equal width. Details: of each label.
 */
export function labelCalibration(judged: JudgedLabels, { bins }: { bins: number }): MetricResult {
  return meanOfLabels(judged, (truth, label) => {
    const apart = new Float64Array(bins);
    column(judged.probabilities, judged, label).forEach((probability, i) => {
      const bin = Math.min(bins - 1, Math.floor(probability * bins));
      apart[bin] = (apart[bin] as number) + probability - (truth[i] as number);
    });
    return apart.reduce((sum, distance) => sum + Math.abs(distance), 0) / judged.size;
  });
}

/**
 * Share of all labels of all samples that the model gets right while each modality alone gets them wrong: the synergy indicator of Yang et al. 2026,
 * label by label.
 * @param unimodal per modality, its own probabilities [size, labels]
 */
export function labelSynergyIndicator(
  judged: JudgedLabels,
  unimodal: Readonly<Record<string, Float32Array>> = {},
): MetricResult {
  const { size, classes, targets, predicted } = judged;
  const alone = Object.values(unimodal);
  const says = (own: Float32Array, at: number) => ((own[at] as number) >= 0.5 ? 1 : 0);
  const synergistic = (at: number) =>
    predicted[at] === targets[at] && alone.every((own) => says(own, at) !== targets[at]);
  const shares = Float64Array.from({ length: size }, (_, i) => {
    const hits = classes.filter((_name, label) => synergistic(i * classes.length + label));
    return hits.length / classes.length;
  });
  return meanShare(shares);
}
