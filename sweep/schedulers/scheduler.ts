/** A variant, by its position, and the rung up to which it is to be trained. */
export interface Task {
  trial: number;
  rung: number;
}

/**
 * Decides what is trained next. It depends on nothing but what was begun and reported, in that order: the same calls after a stop bring
 * it back to where it was.
 */
export interface Scheduler {
  /** How many rungs there are; 1 where nothing is stopped early. */
  readonly rungs: number;
  /** What to begin next; undefined when there is nothing before another result comes, or nothing at all. */
  next(): Task | undefined;
  /** It is under way. */
  begin(task: Task): void;
  /** It has ended. @param score larger is better; undefined when it failed */
  report(task: Task, score: number | undefined): void;
  /** About how many times each rung is begun in the whole sweep, the lowest first. */
  expected(): number[];
}
