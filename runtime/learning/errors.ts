import type { BrokenTerm } from "./tally.js";

/** What was learned when something broke; epochs and steps are counted from 1. */
export interface Place {
  stage: string;
  epoch: number;
  /** Steps of an epoch. */
  steps: number;
}

const advice = "Lower the learning rate, add `clip 1` to train, or check the scale of the data.";

/** Learning went astray: a term of the loss, or a weight, is no longer a finite number. */
export class TrainingError extends Error {
  override name = "TrainingError";

  constructor({ stage, epoch }: Place, what: string) {
    super(`Training failed: in stage ${stage}, epoch ${epoch}, ${what}. ${advice}`);
  }

  /** @param broken the terms of the first step that has any */
  static ofTerms(place: Place, broken: readonly BrokenTerm[]): TrainingError {
    const step = `step ${broken[0]?.step} of ${place.steps}`;
    return new TrainingError(place, `${step}, ${became(broken)}`);
  }

  static ofValidation(place: Place, broken: readonly BrokenTerm[]): TrainingError {
    return new TrainingError(place, `on the validation split, ${became(broken)}`);
  }

  static ofGradient(place: Place, { step, value }: BrokenTerm): TrainingError {
    const what = `all terms of the loss were finite, but the length of their gradient became ${value}`;
    return new TrainingError(place, `step ${step} of ${place.steps}, ${what}`);
  }

  /** @param names of the arrays that hold such a number */
  static ofWeights(place: Place, step: number, names: readonly string[]): TrainingError {
    const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
    return new TrainingError(
      place,
      `after step ${step} of ${place.steps}, the weights ${names.slice(0, 3).join(", ")}${more} hold NaN or Infinity`,
    );
  }
}

function became(broken: readonly BrokenTerm[]): string {
  const terms = broken.map(({ name, value }) => `${name} became ${value}`);
  return `the loss ${broken.length === 1 ? "term" : "terms"} ${terms.join(", ")}`;
}
