import type { Samples } from "../samples.js";
import { changing, type Reach } from "./transforms.js";

/** Mean and standard deviation of each feature, or of each channel of a picture; of a sound one of each. */
export interface Statistics {
  mean: readonly number[];
  /** 1 where nothing varies. */
  deviation: readonly number[];
}

/** Of the samples that have the modality; the deviation is that of the samples themselves (divided by n). */
export function statisticsOf(samples: Samples, modality: string, reach: Reach): Statistics {
  const values = samples.inputs[modality] as Float32Array;
  const { stride } = reach;
  const count = new Float64Array(stride);
  const mean = new Float64Array(stride);
  const squares = new Float64Array(stride);
  // Welford 1962: sums of squares around the mean so far, which don't cancel.
  for (const at of changing(samples, modality, reach)) {
    const k = at % stride;
    const value = values[at] as number;
    const n = (count[k] = (count[k] as number) + 1);
    const before = value - (mean[k] as number);
    mean[k] = (mean[k] as number) + before / n;
    squares[k] = (squares[k] as number) + before * (value - (mean[k] as number));
  }
  return {
    mean: [...mean],
    deviation: Array.from(squares, (sum, k) => Math.sqrt(sum / Math.max(1, count[k] as number)) || 1),
  };
}

/** (x - mean) / deviation, in place. */
export function standardise(
  samples: Samples,
  modality: string,
  reach: Reach,
  { mean, deviation }: Statistics,
): void {
  const values = samples.inputs[modality] as Float32Array;
  for (const at of changing(samples, modality, reach)) {
    const k = at % reach.stride;
    values[at] = ((values[at] as number) - (mean[k] as number)) / (deviation[k] as number);
  }
}
