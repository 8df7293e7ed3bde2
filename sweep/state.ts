import type { JournalLine } from "./journal.js";
import type { Metric } from "./metrics.js";
import { isComplete, type Outcome } from "./outcome.js";
import { epochsAt } from "./rungs.js";
import type { Scheduler, Task } from "./schedulers/index.js";
import { jobKey, type Job, type Trial } from "./trial.js";

export interface SweepPlan {
  trials: readonly Trial[];
  /** Of training; each variant is trained with all of them. */
  seeds: readonly number[];
  metric: Metric;
  rungs: { count: number; eta: number };
}

/** A variant's metric at a rung. */
interface Best {
  trial: string;
  rung: number;
  value: number;
}

/** Where a sweep is: what came of which job, and what is under way. It follows from the journal's lines alone. */
export class SweepState {
  /** By the job's key. */
  readonly outcomes = new Map<string, Outcome>();
  /** The best one of the highest rung that one has come to. */
  best: Best | undefined;
  /** Tasks that were begun and haven't been reported, in their order. */
  private readonly open = new Map<string, Task>();
  private readonly positions: ReadonlyMap<string, number>;

  constructor(
    readonly plan: SweepPlan,
    private readonly scheduler: Scheduler,
  ) {
    this.positions = new Map(plan.trials.map(({ name }, i) => [name, i]));
  }

  /** Goes through what happened once more. @param retry leaves out what failed, so that it is tried again */
  replay(lines: readonly JournalLine[], { retry = false } = {}): void {
    for (const line of lines) {
      if (line.type === "task") this.begin({ trial: this.positionOf(line.trial), rung: line.rung });
      if (line.type !== "outcome" || (retry && line.status === "failed")) continue;
      const { type: _, ...outcome } = line;
      this.record(outcome);
    }
  }

  next(): Task | undefined {
    return this.scheduler.next();
  }

  begin(task: Task): void {
    this.scheduler.begin(task);
    this.open.set(this.taskKey(task), task);
  }

  /** Jobs of the tasks that are begun, without those that have an outcome. */
  openJobs(): Job[] {
    return [...this.open.values()].flatMap((task) => this.jobsOf(task));
  }

  /** What is left of a task: a job for each seed that hasn't failed on a rung below. */
  jobsOf({ trial: position, rung }: Task): Job[] {
    const { trials, rungs } = this.plan;
    const trial = trials[position] as Trial;
    return this.seedsAt(trial.name, rung)
      .map((seed) => ({
        key: jobKey(trial.name, seed, rung),
        trial,
        seed,
        rung,
        from: rung === 0 ? 0 : epochsAt(trial.epochs, rung - 1, rungs),
        epochs: epochsAt(trial.epochs, rung, rungs),
      }))
      .filter(({ key }) => !this.outcomes.has(key));
  }

  /** The outcome on the rung below of a seed that has nothing left to learn: it is that of this rung too. */
  already({ trial, seed, rung, key }: Job): Outcome | undefined {
    const below = this.outcomes.get(jobKey(trial.name, seed, rung - 1));
    if (below === undefined || !isComplete(below)) return undefined;
    return { ...below, key, rung, seconds: 0, learned: 0 } as Outcome;
  }

  /** Counts an outcome, each key once. @returns false when it had been counted */
  record(outcome: Outcome): boolean {
    const { key, trial, rung } = outcome;
    if (this.outcomes.has(key)) return false;
    this.outcomes.set(key, outcome);
    const task = this.open.get(this.taskKey({ trial: this.positionOf(trial), rung }));
    if (task === undefined || this.jobsOf(task).length > 0) return true;
    this.open.delete(this.taskKey(task));
    const value = this.valueAt(trial, rung);
    if (value !== undefined) this.compare({ trial, rung, value });
    const sign = this.plan.metric.larger ? 1 : -1;
    this.scheduler.report(task, value === undefined ? undefined : sign * value);
    return true;
  }

  /** A variant's metric at a rung: the mean over the seeds that didn't fail; undefined when all did. */
  valueAt(trial: string, rung: number): number | undefined {
    const { seeds, metric } = this.plan;
    const values = seeds.flatMap((seed) => {
      const outcome = this.outcomes.get(jobKey(trial, seed, rung));
      return outcome?.status === "done" ? [outcome.validation[metric.name] as number] : [];
    });
    return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
  }

  /** Epochs that were learned by all jobs together. */
  get learned(): number {
    return [...this.outcomes.values()].reduce(
      (sum, outcome) => sum + (outcome.status === "done" ? outcome.learned : 0),
      0,
    );
  }

  private compare(own: Best): void {
    const { best } = this;
    const sign = this.plan.metric.larger ? 1 : -1;
    const better =
      best === undefined ||
      own.rung > best.rung ||
      (own.rung === best.rung && sign * (own.value - best.value) > 0);
    if (better) this.best = own;
  }

  private seedsAt(trial: string, rung: number): readonly number[] {
    const { seeds } = this.plan;
    if (rung === 0) return seeds;
    return seeds.filter((seed) => this.outcomes.get(jobKey(trial, seed, rung - 1))?.status === "done");
  }

  private taskKey({ trial, rung }: Task): string {
    return `${trial}.${rung}`;
  }

  private positionOf(trial: string): number {
    return this.positions.get(trial) as number;
  }
}
