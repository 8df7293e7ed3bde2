import type { ModalityDeclaration, TargetDeclaration } from "../../grammar/syntax.js";
import type { ModalityIr, TargetIr } from "../ir.js";
import { modalityKinds } from "../tables/data.js";
import { targets, type TargetRow } from "../tables/targets.js";
import { bindArguments } from "./arguments.js";
import type { Checker } from "./checker.js";

/** A modality whose kind is unknown keeps its name, so that nothing else is reported because of it. */
export type CheckedModality = Omit<ModalityIr, "shape"> & { shape?: ModalityIr["shape"] };

export function checkModality(declaration: ModalityDeclaration, checker: Checker): CheckedModality {
  const { name, type, doc, optional } = declaration;
  checker.declare(name);
  const modality: CheckedModality = {
    name: name.text,
    kind: type.name.text,
    optional,
    line: checker.line(name.span),
  };
  if (doc !== undefined) modality.doc = doc;
  const row = modalityKinds.get(type.name.text);
  if (row === undefined) {
    checker.report("unknownWord", type.name.span, {
      what: "a kind of modality",
      name: type.name.text,
      known: [...modalityKinds.keys()],
    });
    return modality;
  }
  const args = bindArguments(type, row, checker);
  if (args !== undefined) modality.shape = row.shape(args);
  return modality;
}

/** `class(10)`, `class("angry", "happy")`, `multilabel(12)`, `regression`. */
export function checkTarget(declaration: TargetDeclaration, checker: Checker): TargetIr | undefined {
  const { name, type, doc } = declaration;
  checker.declare(name);
  const row = targets.get(type.name.text);
  if (row === undefined) {
    checker.report("unknownWord", type.name.span, {
      what: "a kind of target",
      name: type.name.text,
      known: [...targets.keys()],
    });
    return undefined;
  }
  const outputs =
    row.name === "regression" ? checkNumbers(declaration, checker) : checkOutputs(declaration, row, checker);
  if (outputs === undefined) return undefined;
  return {
    name: name.text,
    ...(doc !== undefined && { doc }),
    kind: row.name,
    ...outputs,
    line: checker.line(name.span),
  };
}

type Outputs = Pick<TargetIr, "outputs" | "named">;

/** Most outputs of a model. */
const most = 100_000;

/** `regression`, `regression(3)`. */
function checkNumbers({ name, type }: TargetDeclaration, checker: Checker): Outputs | undefined {
  const [first, second] = type.args;
  if (first === undefined) return { outputs: [name.text], named: false };
  const { value } = first.value.kind === "number" ? first.value : { value: NaN };
  if (second !== undefined) {
    checker.report("tooManyArguments", second.span, { call: "regression", most: 1 });
    return undefined;
  }
  if (!(Number.isSafeInteger(value) && value >= 1 && value <= most && first.name === undefined)) {
    const wanted = `a whole number from 1 to ${most}`;
    const found = checker.text(first.span);
    checker.report("wrongValue", first.span, { call: "regression", name: "numbers", wanted, found });
    return undefined;
  }
  const outputs = Array.from({ length: value }, (_, i) =>
    value === 1 ? name.text : `${name.text}_${i + 1}`,
  );
  return { outputs, named: false };
}

/** The classes or labels: how many, or their names. */
function checkOutputs(
  { type }: TargetDeclaration,
  { name: call, outputs: name, example }: TargetRow,
  checker: Checker,
): Outputs | undefined {
  const [first] = type.args;
  const wrong = (span = type.span) =>
    checker.report("wrongValue", span, {
      call,
      name,
      wanted: `the number of ${name}, 2 or more, or the names of the ${name}`,
      found: checker.text(span),
    });
  if (first === undefined) {
    checker.report("missingArgument", type.span, { call, name, example });
    return undefined;
  }
  if (type.args.length === 1 && first.value.kind === "number" && first.name === undefined) {
    const { value } = first.value;
    if (Number.isSafeInteger(value) && value >= 2 && value <= most) {
      return { outputs: Array.from({ length: value }, (_, i) => String(i)), named: false };
    }
    wrong(first.span);
    return undefined;
  }
  const names: string[] = [];
  for (const argument of type.args) {
    if (argument.value.kind !== "string" || argument.name !== undefined) wrong(argument.span);
    else if (names.includes(argument.value.value)) {
      checker.report("argumentTwice", argument.span, { call, name: argument.value.value });
    } else names.push(argument.value.value);
  }
  if (names.length !== type.args.length) return undefined;
  if (names.length < 2) {
    wrong(first.span);
    return undefined;
  }
  return { outputs: names, named: true };
}
