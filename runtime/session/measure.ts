import { ProblemList } from "../data/problems.js";
import type { Predictions } from "../learning/predict.js";
import type { SamplePid, View } from "../measures/index.js";

/** What is to be measured, and by what. */
export interface MeasureRequest {
  measure: string;
  modalities: readonly [string, string];
  /** What the modalities were encoded to, or the inputs themselves. */
  on: "encodings" | "inputs";
  estimate(
    x1: View,
    x2: View,
    labels: Int32Array,
    progress: (fraction: number) => void | Promise<void>,
  ): Promise<SamplePid>;
}

/** Interactions of every sample, in nats; NaN for a sample that lacks one of the modalities. */
export interface MeasuredPid {
  measure: string;
  modalities: readonly [string, string];
  on: "encodings" | "inputs";
  /** Of the samples that have both modalities; `rows` says which they are. */
  pid: SamplePid;
  rows: Int32Array;
}

/** Measures the samples that have both modalities. */
export async function estimatePid(
  predictions: Predictions,
  { measure, modalities, on, estimate }: MeasureRequest,
  progress: (fraction: number) => void | Promise<void>,
): Promise<MeasuredPid> {
  const [a, b] = modalities;
  const present = [predictions.present[a], predictions.present[b]];
  const rows = Int32Array.from(Array(predictions.size).keys()).filter((i) =>
    present.every((p) => p?.[i] !== 0),
  );
  const views = modalities.map((name) => takeRows(predictions[on][name] as View, rows)) as [View, View];
  const labels = Int32Array.from(rows, (row) => predictions.labels[row] as number);
  const pid = await estimate(views[0], views[1], labels, progress).catch((error: unknown) => {
    if (!(error instanceof RangeError)) throw error;
    const problems = new ProblemList();
    problems.add("unmeasurable", "data", { measure, reason: error.message });
    problems.check();
    throw error;
  });
  return { measure, modalities, on, pid, rows };
}

/** Rows of [n, width]. */
function takeRows({ values, width }: View, rows: Int32Array): View {
  if (rows.length * width === values.length) return { values, width };
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, i) => taken.set(values.subarray(row * width, (row + 1) * width), i * width));
  return { values: taken, width };
}
