import type { AnyPredictions } from "../learning/predict.js";
import type { Atoms } from "../measures/index.js";
import type { ParquetColumn } from "../runs/index.js";
import type { AnswerPlan } from "./plan.js";

/**
 * What is told of each sample, a column each, all of one length:
 * - `index`: its row in the file, from 0
 * - of classes `prediction`, `confidence` and `probability_CLASS`; of labels `prediction_LABEL`, 1 or 0, and `probability_LABEL`; of numbers
 *   `prediction`, or `prediction_NAME` of several
 * - where the file has labels `label` or `label_LABEL` and `correct`, 1 or 0 (of labels: all are right); of numbers `target` and `error`, the
 *   prediction less the target
 * - `has_MODALITY` of those that may be missing, 1 or 0
 * - `share_COMPONENT` of the gate; `rule`, as the spec writes it
 * - `r`, `u1`, `u2`, `s` in nats, where interactions were measured; NaN where a modality is missing
 */
export function answerColumns(
  predictions: AnyPredictions,
  { columns: { modalities }, components = [], rules = [] }: AnswerPlan,
  { labelled, atoms }: { labelled: boolean; atoms?: Pick<Atoms, "r" | "u1" | "u2" | "s"> },
): ParquetColumn[] {
  const { size, index, present, shares, rule } = predictions;
  const columns: ParquetColumn[] = [
    { name: "index", type: "int", values: index },
    ...targetAnswers(predictions, labelled),
  ];
  for (const [name, { optional }] of Object.entries(modalities)) {
    if (optional === true) columns.push({ name: `has_${name}`, type: "int", values: present[name] ?? [] });
  }
  if (shares !== undefined)
    components.forEach((component, c) =>
      columns.push({
        name: `share_${component}`,
        type: "float",
        values: columnOf(shares, c, components.length, size),
      }),
    );
  if (rule !== undefined)
    columns.push({ name: "rule", type: "text", values: Array.from(rule, (k) => rules[k]?.text ?? "") });
  for (const [atom, values] of Object.entries(atoms ?? {}))
    columns.push({ name: atom, type: "float", values, unit: "nats" });
  return columns;
}

/** Column k of [size, width]. */
function columnOf(values: ArrayLike<number>, k: number, width: number, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => values[i * width + k] as number);
}

function targetAnswers(predictions: AnyPredictions, labelled: boolean): ParquetColumn[] {
  const { size, classes } = predictions;
  const width = classes.length;
  const of = (values: ArrayLike<number>, k: number) => columnOf(values, k, width, size);
  if (predictions.kind === "regression") {
    const { predicted, targets } = predictions;
    return classes.flatMap((name, k): ParquetColumn[] => {
      const suffix = width === 1 ? "" : `_${name}`;
      const [prediction, target] = [of(predicted, k), of(targets, k)];
      const error = prediction.map((value, i) => value - (target[i] as number));
      return [
        { name: `prediction${suffix}`, type: "float", values: prediction },
        ...(labelled
          ? ([
              { name: `target${suffix}`, type: "float", values: target },
              { name: `error${suffix}`, type: "float", values: error },
            ] as const)
          : []),
      ];
    });
  }
  const correct: ParquetColumn[] = labelled
    ? [{ name: "correct", type: "int", values: rightOnes(predictions) }]
    : [];
  if (predictions.kind === "multilabel") {
    const { predicted, probabilities, targets } = predictions;
    return [
      ...classes.flatMap((name, k): ParquetColumn[] => [
        { name: `prediction_${name}`, type: "int", values: of(predicted, k) },
        { name: `probability_${name}`, type: "float", values: of(probabilities, k) },
        ...(labelled ? ([{ name: `label_${name}`, type: "int", values: of(targets, k) }] as const) : []),
      ]),
      ...correct,
    ];
  }
  const { predicted, probabilities, labels } = predictions;
  const name = (c: number) => classes[c] as string;
  return [
    { name: "prediction", type: "text", values: Array.from(predicted, name) },
    {
      name: "confidence",
      type: "float",
      values: Float64Array.from(predicted, (c, i) => probabilities[i * width + c] as number),
    },
    ...classes.map((text, k): ParquetColumn => ({
      name: `probability_${text}`,
      type: "float",
      values: of(probabilities, k),
    })),
    ...(labelled ? ([{ name: "label", type: "text", values: Array.from(labels, name) }] as const) : []),
    ...correct,
  ];
}

/** 1 where a sample's class, or all of its labels, were predicted; of numbers nobody can say. */
export function rightOnes(predictions: AnyPredictions): Uint8Array {
  const { size, classes } = predictions;
  if (predictions.kind === "regression") return new Uint8Array(size);
  if (predictions.kind === undefined) {
    const { predicted, labels } = predictions;
    return Uint8Array.from(labels, (label, i) => Number(predicted[i] === label));
  }
  const { predicted, targets } = predictions;
  const width = classes.length;
  return Uint8Array.from({ length: size }, (_, i) =>
    Number(classes.every((_, k) => predicted[i * width + k] === targets[i * width + k])),
  );
}
