import type { ModelIr } from "../compiler/index.js";
import { SweepProblem } from "./problem.js";

/** Metrics that variants can be compared by, as validation.json has them: whether larger is better. */
const larger: Readonly<Record<string, boolean>> = {
  accuracy: true,
  subset_accuracy: true,
  macro_f1: true,
  r2: true,
  rmse: false,
  mae: false,
};

const ofTarget: Readonly<Record<ModelIr["target"]["kind"], readonly string[]>> = {
  class: ["accuracy", "macro_f1"],
  multilabel: ["accuracy", "subset_accuracy", "macro_f1"],
  regression: ["r2", "rmse", "mae"],
};

export interface Metric {
  name: string;
  /** True where larger is better. */
  larger: boolean;
}

/** The metric to compare by: the first of its kind of target when none is named. @throws SweepProblem */
export function chooseMetric(name: string | undefined, { target }: ModelIr): Metric {
  const known = ofTarget[target.kind];
  const chosen = name ?? (known[0] as string);
  if (!known.includes(chosen))
    throw new SweepProblem(
      `There is no metric ${chosen} of a ${target.kind} target to compare variants by. There are: ${known.join(", ")}.`,
    );
  return { name: chosen, larger: larger[chosen] as boolean };
}
