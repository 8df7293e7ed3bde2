/** Where a stage's learning is. */
export interface Moment {
  /** Steps that were taken. */
  taken: number;
  /** Steps that the stage takes when it isn't stopped early. */
  planned: number;
  /** Steps of an epoch. */
  epoch: number;
}

/** What the learning rate is multiplied by for the next step. It depends on the moment alone, so that a resumed run goes on as it would have. */
export type Schedule = (moment: Moment) => number;

/** Half a cosine, from 1 to 0 over all steps (Loshchilov and Hutter 2017, arXiv 1608.03983, equation 5 without restarts). */
export function cosine(): Schedule {
  return ({ taken, planned }) => (1 + Math.cos((Math.PI * taken) / planned)) / 2;
}

/** Times `factor` after each `every` epochs. */
export function stepwise({ every, factor }: { every: number; factor: number }): Schedule {
  return ({ taken, epoch }) => factor ** Math.floor(taken / (every * epoch));
}

/** Grows evenly to 1 over the first epochs; then what comes after it, which counts from there, or 1. */
export function warmup({ epochs }: { epochs: number }, then: Schedule = () => 1): Schedule {
  return ({ taken, planned, epoch }) => {
    const steps = epochs * epoch;
    if (taken < steps) return (taken + 1) / steps;
    return then({ taken: taken - steps, planned: planned - steps, epoch });
  };
}
