import type { Argument as ArgumentSyntax, Call, Name, Value } from "../../grammar/syntax.js";
import {
  describeType,
  type Argument,
  type Arguments,
  type Callable,
  type Parameter,
} from "../tables/parameters.js";
import type { Checker } from "./checker.js";

/**
 * Matches the arguments of a call with the parameters of its row: positional ones first, then by name.
 * @param modalities those that an argument can be given for
 * @returns all arguments with their defaults, or nothing when one is wrong (which has then been reported)
 */
export function bindArguments(
  call: Call,
  row: Callable,
  checker: Checker,
  modalities: readonly string[] = [],
): Arguments | undefined {
  const given = new Map<string, Argument>();
  const seen = new Set<string>();
  /** Of each parameter, what is given for some modalities. */
  const parts = new Map<string, Record<string, number>>();
  let valid = true;
  let position = 0;
  for (const argument of call.args) {
    const parameter = argument.name ? named(argument, call, row, checker) : row.parameters[position];
    if (!argument.name && !parameter?.variadic) position++;
    if (parameter === undefined) {
      if (!argument.name) {
        checker.report("tooManyArguments", argument.span, {
          call: call.name.text,
          most: row.parameters.length,
        });
      }
      valid = false;
      continue;
    }
    if (argument.of) {
      const part = partFor(argument, argument.of, parameter, call, checker, modalities);
      const known = parts.get(parameter.name) ?? {};
      if (part === undefined) valid = false;
      else if (part.key in known) {
        checker.report("argumentTwice", argument.span, { call: call.name.text, name: part.text });
        valid = false;
      } else parts.set(parameter.name, { ...known, [part.key]: part.value });
      continue;
    }
    if (seen.has(parameter.name) && (argument.name || !parameter.variadic)) {
      checker.report("argumentTwice", argument.span, { call: call.name.text, name: parameter.name });
      valid = false;
      continue;
    }
    seen.add(parameter.name);
    const value = argumentValue(argument.value, parameter, call, checker);
    if (value === undefined) valid = false;
    else if (parameter.variadic && (typeof value === "number" || typeof value === "string")) {
      const before = (given.get(parameter.name) ?? []) as (number | string)[];
      given.set(parameter.name, [...before, value] as number[] | string[]);
    } else given.set(parameter.name, value);
  }
  for (const parameter of row.parameters) {
    const part = parts.get(parameter.name);
    if (part !== undefined) {
      if (
        given.has(parameter.name) &&
        modalities.join(", ") in part &&
        parameter.of === "several modalities"
      ) {
        const name = `${parameter.name}(${modalities.join(", ")})`;
        checker.report("argumentTwice", call.span, { call: call.name.text, name });
        valid = false;
      }
      given.set(parameter.name, completed(part, given.get(parameter.name), parameter, modalities));
      continue;
    }
    if (given.has(parameter.name) || seen.has(parameter.name) || parameter.optional) continue;
    if (parameter.default !== undefined) given.set(parameter.name, parameter.default);
    else {
      checker.report("missingArgument", call.span, {
        call: call.name.text,
        name: parameter.name,
        example: row.example,
      });
      valid = false;
    }
  }
  return valid ? Object.fromEntries(given) : undefined;
}

/** `noise(left): 0.3`, `synergy(left, right): 0.2`: for whom, in the modalities' order, and how much. */
function partFor(
  argument: ArgumentSyntax,
  of: readonly Name[],
  parameter: Parameter,
  call: Call,
  checker: Checker,
  modalities: readonly string[],
): { key: string; text: string; value: number } | undefined {
  const names = of.map(({ text }) => text);
  let valid = true;
  for (const { text, span } of of) {
    if (modalities.includes(text)) continue;
    checker.report("unknownModality", span, { name: text, modalities });
    valid = false;
  }
  of.forEach(({ text, span }, i) => {
    if (names.indexOf(text) === i) return;
    checker.report("modalityTwice", span, { modality: text });
    valid = false;
  });
  const several = parameter.of === "several modalities";
  if (parameter.of === undefined || (several ? names.length < 2 : names.length > 1)) {
    const span = { start: argument.span.start, end: of.at(-1)?.span.end ?? argument.span.end };
    checker.report("argumentModalities", span, { name: parameter.name, wanted: parameter.of });
    return undefined;
  }
  const value = argumentValue(argument.value, parameter, call, checker);
  if (!valid || typeof value !== "number") return undefined;
  const key = modalities.filter((name) => names.includes(name)).join(", ");
  return { key, text: `${parameter.name}(${key})`, value };
}

/** What is given for some modalities, and for the others what is given for all. */
function completed(
  part: Readonly<Record<string, number>>,
  all: Argument | undefined,
  parameter: Parameter,
  modalities: readonly string[],
): Record<string, number> {
  const rest = all ?? parameter.default;
  if (typeof rest !== "number") return part;
  if (parameter.of === "several modalities")
    return rest === 0 ? part : { [modalities.join(", ")]: rest, ...part };
  return Object.fromEntries(modalities.map((name) => [name, part[name] ?? rest]));
}

/** The argument that the spec gives for a parameter, by name or by position. */
export function argumentFor(call: Call, row: Callable, name: string): ArgumentSyntax | undefined {
  const position = row.parameters.findIndex((parameter) => parameter.name === name);
  const positional = call.args.filter((argument) => argument.name === undefined);
  return call.args.find((argument) => argument.name?.text === name) ?? positional[position];
}

function named(argument: ArgumentSyntax, call: Call, row: Callable, checker: Checker): Parameter | undefined {
  const name = argument.name?.text ?? "";
  const parameter = row.parameters.find((candidate) => candidate.name === name);
  if (parameter === undefined && argument.name) {
    const known = row.parameters.map((candidate) => candidate.name);
    checker.report("unknownArgument", argument.name.span, { call: call.name.text, name, known });
  }
  return parameter;
}

/** What a value means as an argument; nothing when it can't be one, which has then been reported. */
export function argumentValue(
  value: Value,
  parameter: Parameter,
  call: Call,
  checker: Checker,
): Argument | undefined {
  if (parameter.variadic && value.kind === "list") {
    const items = value.items.map((item) => argumentValue(item, parameter, call, checker));
    return items.some((item) => item === undefined) ? undefined : (items as number[] | string[]);
  }
  const { type } = parameter;
  if (type.kind === "name" || type.kind === "modality") {
    if (value.kind === "call" && !value.parens) return value.name.text;
  } else if (type.kind === "path") {
    if (value.kind === "string") return value.value;
  } else if (type.kind === "word") {
    if (value.kind === "call" && !value.parens && type.words.includes(value.name.text))
      return value.name.text;
  } else if (value.kind === "number") {
    const { value: number } = value;
    const above = type.kind === "number" && type.above ? number > type.min : number >= type.min;
    if (
      above &&
      number <= (type.max ?? Infinity) &&
      (type.kind === "number" || (Number.isSafeInteger(number) && (type.only?.has(number) ?? true)))
    ) {
      return number;
    }
  }
  checker.report("wrongValue", value.span, {
    call: call.name.text,
    name: parameter.name,
    wanted: describeType(type),
    found: checker.text(value.span),
    ...paramsFor(value, type.kind, checker),
  });
  return undefined;
}

/** The parameters that may be meant by a name where a number must stand. */
export function paramsFor(
  value: Value,
  wanted: Parameter["type"]["kind"],
  { params }: Checker,
): { params?: Iterable<string> } {
  const named = value.kind === "call" && !value.parens && (wanted === "integer" || wanted === "number");
  return named ? { params: params.keys() } : {};
}
