import type { Call, ModalityDeclaration, TargetDeclaration } from "../../grammar/syntax.js";
import type { ColumnIr, ModalityIr, TargetIr } from "../ir.js";
import { columnKinds, modalityKinds } from "../tables/data.js";
import { targets, type TargetRow } from "../tables/targets.js";
import { argumentFor, bindArguments } from "./arguments.js";
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
  if (row.columns) {
    const columns = checkColumns(type, checker);
    if (columns === undefined) return modality;
    const shape = [columns.length];
    checker.shapes.push({ span: type.span, inputs: [], output: shape, weights: 0, flops: 0 });
    return { ...modality, shape, columns };
  }
  const args = bindArguments(type, row, checker);
  if (args === undefined) return modality;
  const { padding, vocabulary } = args;
  if (typeof padding === "number" && padding >= (vocabulary as number)) {
    checker.report("wrongValue", argumentFor(type, row, "padding")?.value.span ?? type.span, {
      call: row.name,
      name: "padding",
      wanted: `one of the tokens, below ${vocabulary as number}`,
      found: String(padding),
    });
    return modality;
  }
  const shape = row.shape(args);
  if (shape.includes(0)) {
    const { rate, seconds } = args as Record<string, number>;
    checker.report("wrongValue", type.span, {
      call: row.name,
      name: "seconds",
      wanted: `long enough for a sample at a rate of ${rate}`,
      found: String(seconds),
    });
    return modality;
  }
  checker.shapes.push({ span: type.span, inputs: [], output: shape, weights: 0, flops: 0 });
  return { ...modality, shape, ...row.about?.(args) };
}

/** `table(age: number, city: category(12))` */
function checkColumns(type: Call, checker: Checker): ColumnIr[] | undefined {
  const columns: ColumnIr[] = [];
  let valid = true;
  for (const { name, of, value, span } of type.args) {
    if (name === undefined || of !== undefined) {
      checker.report("columnUnnamed", span, { found: checker.text(span) });
      valid = false;
      continue;
    }
    checker.declare(name);
    const row = value.kind === "call" ? columnKinds.get(value.name.text) : undefined;
    if (value.kind !== "call" || row === undefined) {
      const known = [...columnKinds.keys()];
      checker.report("unknownWord", value.span, {
        what: "a kind of column",
        name: value.kind === "call" ? value.name.text : checker.text(value.span),
        known,
      });
      valid = false;
      continue;
    }
    const args = bindArguments(value, row, checker);
    if (columns.some((column) => column.name === name.text)) {
      checker.report("argumentTwice", name.span, { call: "table", name: name.text });
      valid = false;
    }
    if (args === undefined) valid = false;
    else
      columns.push({ name: name.text, ...(args.most !== undefined && { categories: args.most as number }) });
  }
  if (type.args.length === 0) {
    const example = modalityKinds.get("table")?.example ?? "";
    checker.report("missingArgument", type.span, { call: "table", name: "columns", example });
    return undefined;
  }
  return valid ? columns : undefined;
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
