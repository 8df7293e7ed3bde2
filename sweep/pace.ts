import type { Outcome } from "./outcome.js";
import { epochsAt } from "./rungs.js";
import type { SweepState } from "./state.js";

/** How far a sweep is, in epochs, and how long the rest takes at the pace of this call. */
export class Pace {
  /** Epochs that jobs under way were heard of, by their keys. */
  private readonly heard = new Map<string, number>();
  private learned: number;
  private readonly before: number;
  private readonly planned: number;
  private readonly began = performance.now();

  /**
   * @param expected how often each rung is begun, about
   * @param time milliseconds after which this call ends
   * @param epochs after which the sweep does
   */
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
    this.before = this.learned = state.learned;
    this.planned = Math.max(1, Math.round(Math.min(seeds.length * whole, epochs)));
  }

  /** Another epoch of a job has ended. */
  epoch({ key }: { key: string }): void {
    this.heard.set(key, (this.heard.get(key) ?? 0) + 1);
  }

  outcome(outcome: Outcome): void {
    this.heard.delete(outcome.key);
    if (outcome.status === "done") this.learned += outcome.learned;
  }

  /** Epochs that were learned. */
  get done(): number {
    return this.learned + [...this.heard.values()].reduce((a, b) => a + b, 0);
  }

  /** About how many epochs the whole sweep learns. */
  get total(): number {
    return Math.max(this.planned, this.done);
  }

  /** Seconds that are left, about; NaN or Infinity before there is a pace. */
  get left(): number {
    const gone = performance.now() - this.began;
    const { done } = this;
    const rest = (gone / (done - this.before)) * Math.max(0, this.planned - done);
    return Math.min(rest, this.time - gone) / 1000;
  }
}
