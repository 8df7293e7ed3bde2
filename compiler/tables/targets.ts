import type { Callable } from "./parameters.js";

export type TargetKind = "class" | "multilabel" | "regression";

/** A kind of target: what it makes of the last layer, the loss and the answer. */
export interface TargetRow extends Callable {
  name: TargetKind;
  /** What the model's outputs are. */
  outputs: "classes" | "labels" | "numbers";
  /** The runtime's loss of one prediction, and of several of the same samples. */
  loss: string;
  losses: string;
  /** The same in words, and its unit. */
  lossText: string;
  unit: string;
  /** What averages the modalities' predictions. */
  ensemble: string;
  /** What runs the model over a split. */
  predict: string;
  /** The metric of a spec that names none. */
  metric: string;
}

export const targets: ReadonlyMap<string, TargetRow> = new Map(
  (
    [
      {
        name: "class",
        doc: "One of several classes: how many, counted from 0, or their names.",
        example: "class(10)",
        parameters: [],
        outputs: "classes",
        loss: "crossEntropy",
        losses: "crossEntropies",
        lossText: "cross-entropy",
        unit: "in nats",
        ensemble: "ensemble",
        predict: "predict",
        metric: "accuracy",
      },
      {
        name: "multilabel",
        doc: "Several labels, each true or false by itself: how many, or their names.",
        example: 'multilabel("calm", "happy")',
        parameters: [],
        outputs: "labels",
        loss: "binaryCrossEntropy",
        losses: "binaryCrossEntropies",
        lossText: "cross-entropy",
        unit: "in nats a label",
        ensemble: "labelEnsemble",
        predict: "predictLabels",
        metric: "accuracy",
      },
      {
        name: "regression",
        doc: "A number, or so many of them; learned standardised, told in the units of the data.",
        example: "regression",
        parameters: [],
        outputs: "numbers",
        loss: "squaredError",
        losses: "squaredErrors",
        lossText: "mean squared error",
        unit: "in units of its variance",
        ensemble: "numberEnsemble",
        predict: "predictNumbers",
        metric: "r2",
      },
    ] satisfies TargetRow[]
  ).map((row) => [row.name, row]),
);

/** The row of a kind that the checker has seen. */
export function targetRow(kind: TargetKind): TargetRow {
  return targets.get(kind) as TargetRow;
}
