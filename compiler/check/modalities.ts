import type { Call, ModalityDeclaration, TargetDeclaration } from "../../grammar/syntax.js";
import type { ColumnIr, ModalityIr, TargetIr } from "../ir.js";
import { columnKinds, modalityKinds } from "../tables/data.js";
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
  if (row.columns) {
    const columns = checkColumns(type, checker);
    return columns === undefined ? modality : { ...modality, shape: [columns.length], columns };
  }
  const args = bindArguments(type, row, checker);
  if (args === undefined) return modality;
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
