import type { ModalityDeclaration, TargetDeclaration } from "../../grammar/syntax.js";
import type { ModalityIr, TargetIr } from "../ir.js";
import { modalityKinds } from "../tables/data.js";
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

/** `class(10)` or `class("angry", "happy")`. */
export function checkTarget(declaration: TargetDeclaration, checker: Checker): TargetIr | undefined {
  const { name, type, doc } = declaration;
  checker.declare(name);
  if (type.name.text !== "class") {
    checker.report("unknownWord", type.name.span, {
      what: "a kind of target",
      name: type.name.text,
      known: ["class"],
    });
    return undefined;
  }
  const classes = checkClasses(declaration, checker);
  if (classes === undefined) return undefined;
  return {
    name: name.text,
    ...(doc !== undefined && { doc }),
    ...classes,
    line: checker.line(name.span),
  };
}

function checkClasses(
  { type }: TargetDeclaration,
  checker: Checker,
): Pick<TargetIr, "classes" | "named"> | undefined {
  const [first] = type.args;
  const wrong = (span = type.span) =>
    checker.report("wrongValue", span, {
      call: "class",
      name: "classes",
      wanted: "the number of classes, 2 or more, or the names of the classes",
      found: checker.text(span),
    });
  if (first === undefined) {
    checker.report("missingArgument", type.span, { call: "class", name: "classes", example: "class(10)" });
    return undefined;
  }
  if (type.args.length === 1 && first.value.kind === "number" && first.name === undefined) {
    const { value } = first.value;
    if (Number.isSafeInteger(value) && value >= 2 && value <= 100_000) {
      return { classes: Array.from({ length: value }, (_, i) => String(i)), named: false };
    }
    wrong(first.span);
    return undefined;
  }
  const names: string[] = [];
  for (const argument of type.args) {
    if (argument.value.kind !== "string" || argument.name !== undefined) wrong(argument.span);
    else if (names.includes(argument.value.value)) {
      checker.report("argumentTwice", argument.span, { call: "class", name: argument.value.value });
    } else names.push(argument.value.value);
  }
  if (names.length !== type.args.length) return undefined;
  if (names.length < 2) {
    wrong(first.span);
    return undefined;
  }
  return { classes: names, named: true };
}
