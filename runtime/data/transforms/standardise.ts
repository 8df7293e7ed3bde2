import type { Samples } from "../samples.js";
import { eachChanging, type Reach } from "./transforms.js";

/** Mean and standard deviation of each feature, or of each channel of a picture; of a sound one of each. */
export interface Statistics {
  mean: readonly number[];
  /** 1 where nothing varies. */
  deviation: readonly number[];
}

/** Statistics of samples that have the modality, gathered part by part; the deviation is that of the samples themselves (divided by n). */
export class Moments {
  private readonly count: Float64Array;
  private readonly mean: Float64Array;
  private readonly squares: Float64Array;

  constructor(stride: number) {
    this.count = new Float64Array(stride);
    this.mean = new Float64Array(stride);
    this.squares = new Float64Array(stride);
  }

  add(samples: Samples, modality: string, reach: Reach): void {
    const { count, mean, squares } = this;
    const values = samples.inputs[modality] as Float32Array;
    // Welford 1962: sums of squares around the mean so far, which don't cancel.
    eachChanging(samples, modality, reach, (at) => {
      const k = at % reach.stride;
      const value = values[at] as number;
      const n = (count[k] = (count[k] as number) + 1);
      const before = value - (mean[k] as number);
      mean[k] = (mean[k] as number) + before / n;
      squares[k] = (squares[k] as number) + before * (value - (mean[k] as number));
    });
  }

  statistics(): Statistics {
    const { count, mean, squares } = this;
    return {
      mean: [...mean],
      deviation: Array.from(squares, (sum, k) => Math.sqrt(sum / Math.max(1, count[k] as number)) || 1),
    };
  }
}

/** Of the samples that have the modality. */
export function statisticsOf(samples: Samples, modality: string, reach: Reach): Statistics {
  const moments = new Moments(reach.stride);
  moments.add(samples, modality, reach);
  return moments.statistics();
}

/** (x - mean) / deviation, in place. */
export function standardise(
  samples: Samples,
  modality: string,
  reach: Reach,
  { mean, deviation }: Statistics,
): void {
  const values = samples.inputs[modality] as Float32Array;
  eachChanging(samples, modality, reach, (at) => {
    const k = at % reach.stride;
    values[at] = ((values[at] as number) - (mean[k] as number)) / (deviation[k] as number);
  });
}
