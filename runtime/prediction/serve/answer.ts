import type { AnyPredictions } from "../../learning/predict.js";
import type { AnswerPlan } from "../plan.js";

/** What the service says of one sample. */
export interface SampleAnswer {
  /** The class, or the labels whose probability is a half or more. */
  prediction?: string | string[];
  /** Of classes: the probability of the one predicted. */
  confidence?: number;
  probabilities?: Record<string, number>;
  /** Of a target of numbers: each by its name. */
  numbers?: Record<string, number>;
  /** The gate's share of each component. */
  shares?: Record<string, number>;
  /** The rule that was taken, as the spec writes it. */
  rule?: string;
  /** Optional modalities that were not given. */
  missing?: string[];
}

/** What puts answers into words. */
type Worded = Pick<AnswerPlan, "columns" | "components"> & { rules?: readonly { text: string }[] };

export function answersOf(
  predictions: AnyPredictions,
  { columns: { modalities }, components = [], rules = [] }: Worded,
): SampleAnswer[] {
  const { size, classes, shares, rule, present } = predictions;
  const optional = Object.keys(modalities).filter((name) => modalities[name]?.optional === true);
  // fromEntries makes properties of their own, whatever a class is called.
  const named = (names: readonly string[], values: Float32Array, i: number) =>
    Object.fromEntries(names.map((name, k) => [name, rounded(values[i * names.length + k] as number)]));
  return Array.from({ length: size }, (_, i) => ({
    ...answerOf(predictions, i, (values) => named(classes, values, i)),
    ...(shares !== undefined && components.length > 0 && { shares: named(components, shares, i) }),
    ...(rule !== undefined && rules.length > 0 && { rule: rules[rule[i] as number]?.text ?? "" }),
    ...(optional.length > 0 && { missing: optional.filter((name) => present[name]?.[i] === 0) }),
  }));
}

function answerOf(
  predictions: AnyPredictions,
  i: number,
  named: (values: Float32Array) => Record<string, number>,
): SampleAnswer {
  const { classes } = predictions;
  if (predictions.kind === "regression") return { numbers: named(predictions.predicted) };
  const { probabilities, predicted } = predictions;
  if (predictions.kind === "multilabel")
    return {
      prediction: classes.filter((_, k) => predicted[i * classes.length + k] === 1),
      probabilities: named(probabilities),
    };
  const best = predicted[i] as number;
  return {
    prediction: classes[best] as string,
    confidence: rounded(probabilities[i * classes.length + best] as number),
    probabilities: named(probabilities),
  };
}

/** A float32 with as many digits as tell it from its neighbours. */
function rounded(value: number): number {
  return Number(value.toPrecision(9));
}
