import { epochsAt } from "./rungs.js";
import type { SweepState } from "./state.js";

/** How far a sweep is, in epochs, and how long the rest takes at the pace of this call. */
export class Pace {
  /** About how many epochs the whole sweep learns. */
  readonly total: number;
  private learned: number;
  private readonly before: number;
  private readonly began = performance.now();

  /** @param time milliseconds after which this call ends, @param epochs after which the sweep does */
  constructor(
    state: SweepState,
    expected: readonly number[],
    private readonly time = Infinity,
    epochs = Infinity,
  ) {
    const { trials, seeds, rungs } = state.plan;
    const atRung = (rung: number) =>
      rung < 0
        ? 0
        : trials.reduce((sum, trial) => sum + epochsAt(trial.epochs, rung, rungs), 0) / trials.length;
    const whole = expected.reduce((sum, count, rung) => sum + count * (atRung(rung) - atRung(rung - 1)), 0);
    this.before = state.learned;
    this.learned = this.before;
    this.total = Math.max(1, Math.round(Math.min(seeds.length * whole, epochs)));
  }

  get done(): number {
    return this.learned;
  }

  epoch(): void {
    this.learned++;
  }

  /** Seconds that are left, about; NaN before there is a pace. */
  get left(): number {
    const gone = performance.now() - this.began;
    const rest = (gone / (this.learned - this.before)) * Math.max(0, this.total - this.learned);
    return Math.min(rest, this.time - gone) / 1000;
  }
}
