import * as tf from "@tensorflow/tfjs-core";
import type { Losses } from "./losses.js";

/** Means over samples, in nats where a term is a cross-entropy. */
export interface MeanLosses {
  /** The sum of the terms. */
  loss: number;
  losses: Record<string, number>;
}

/** A term that is no number, and the step that it came up in, counted from 1. */
export interface BrokenTerm {
  step: number;
  name: string;
  value: number;
}

/** What a tally came to so far; plain data. */
export interface TallyState {
  names: readonly string[];
  sums: readonly number[];
  samples: number;
  steps: number;
}

/**
 * Adds the terms of a loss up, step by step. They stay on the engine until `read`, so that no step waits for them; they are
 * added in the order of the steps, in float64, whenever they are read.
 */
export class LossTally {
  private names: readonly string[] = [];
  private sums: Float64Array = new Float64Array();
  private samples = 0;
  private steps = 0;
  private pending: { terms: tf.Tensor; size: number }[] = [];

  /** Notes the terms of one batch of so many samples. */
  note(terms: Losses, size: number): void {
    this.noteStacked(Object.keys(terms), tf.stack(Object.values(terms)), size);
  }

  /** The same of terms that stand side by side, in the order of their names. */
  noteStacked(names: readonly string[], terms: tf.Tensor, size: number): void {
    this.names = names;
    this.pending.push({ terms: tf.keep(terms), size });
  }

  /** Fetches what was noted since the last time. @returns the terms that are no numbers, of the first step that has any */
  async read(): Promise<BrokenTerm[]> {
    const { pending } = this;
    if (pending.length === 0) return [];
    this.pending = [];
    const rows = tf.tidy(() => tf.stack(pending.map(({ terms }) => terms)));
    pending.forEach(({ terms }) => terms.dispose());
    const values = await rows.data();
    rows.dispose();
    const width = this.names.length;
    if (this.sums.length !== width) this.sums = new Float64Array(width);
    for (const [row, { size }] of pending.entries()) {
      this.steps++;
      this.samples += size;
      const terms = this.names.map((name, i) => ({ name, value: values[row * width + i] as number }));
      const broken = terms.filter(({ value }) => !Number.isFinite(value));
      if (broken.length > 0) return broken.map((term) => ({ step: this.steps, ...term }));
      terms.forEach(({ value }, i) => (this.sums[i] = (this.sums[i] as number) + value * size));
    }
    return [];
  }

  /** Means over all that was read. */
  means(): MeanLosses {
    const means = [...this.sums].map((sum) => sum / this.samples);
    return {
      loss: means.reduce((sum, mean) => sum + mean, 0),
      losses: Object.fromEntries(this.names.map((name, i) => [name, means[i] as number])),
    };
  }

  /** Of all that was read. */
  state(): TallyState {
    const { names, sums, samples, steps } = this;
    return { names, sums: [...sums], samples, steps };
  }

  restore({ names, sums, samples, steps }: TallyState): void {
    this.names = names;
    this.sums = Float64Array.from(sums);
    this.samples = samples;
    this.steps = steps;
  }

  /** Begins anew. */
  clear(): void {
    this.dispose();
    this.restore({ names: [], sums: [], samples: 0, steps: 0 });
  }

  dispose(): void {
    this.pending.forEach(({ terms }) => terms.dispose());
    this.pending = [];
  }
}
