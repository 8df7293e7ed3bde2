import type { Call, Value } from "../../grammar/syntax.js";
import type { TargetIr } from "../ir.js";
import type { Checker } from "./checker.js";

const wanted = "`balanced`, a list with the weight of each class, or `by_class(NAME: WEIGHT, ...)`";

/** `balanced`, `[1, 2, 0.5]` in the order of the classes, or `by_class(calm: 2)`, where the others count 1. */
export function checkClassWeights(
  value: Value | undefined,
  target: TargetIr | undefined,
  checker: Checker,
): "balanced" | readonly number[] | undefined {
  if (value === undefined) return undefined;
  if (value.kind === "call" && !value.parens && value.name.text === "balanced") return "balanced";
  if (value.kind === "call" && value.parens && value.name.text === "by_class")
    return byClass(value, target, checker);
  if (value.kind !== "list") {
    wrong(value, wanted, checker);
    return undefined;
  }
  const weights = value.items.map((item) => weightOf(item, checker));
  if (target?.kind === "class" && weights.length !== target.outputs.length) {
    const { name, outputs } = target;
    checker.report("classWeightCount", value.span, {
      target: name,
      weights: weights.length,
      classes: outputs.length,
    });
    return undefined;
  }
  return someCount(weights, value, checker);
}

function byClass(call: Call, target: TargetIr | undefined, checker: Checker): readonly number[] | undefined {
  const given = new Map<string, number | undefined>();
  for (const { name, of, value, span } of call.args) {
    if (name === undefined || of !== undefined) wrong({ span }, "`NAME: WEIGHT`", checker);
    else if (given.has(name.text)) {
      checker.report("argumentTwice", name.span, { call: "by_class", name: name.text });
    } else if (target?.kind === "class" && !target.outputs.includes(name.text)) {
      const { name: whose, outputs: classes } = target;
      checker.report("unknownClass", name.span, { name: name.text, target: whose, classes });
    } else {
      given.set(name.text, weightOf(value, checker));
      continue;
    }
    return undefined;
  }
  const classes = target?.kind === "class" ? target.outputs : [...given.keys()];
  const weights = classes.map((name) => (given.has(name) ? given.get(name) : 1));
  return someCount(weights, call, checker);
}

function weightOf(value: Value, checker: Checker): number | undefined {
  if (value.kind === "number" && value.value >= 0) return value.value;
  wrong(value, "a number from 0 up", checker);
  return undefined;
}

/** All weights, of which one at least is above 0. */
function someCount(
  weights: readonly (number | undefined)[],
  at: Pick<Value, "span">,
  checker: Checker,
): readonly number[] | undefined {
  if (weights.some((weight) => weight === undefined)) return undefined;
  if (weights.every((weight) => weight === 0)) {
    wrong(at, "above 0 for one class at least", checker);
    return undefined;
  }
  return weights as number[];
}

function wrong({ span }: Pick<Value, "span">, wanted: string, checker: Checker): void {
  checker.report("wrongValue", span, {
    call: "train",
    name: "class_weights",
    wanted,
    found: checker.text(span),
  });
}
