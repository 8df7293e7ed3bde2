import type { Argument as ArgumentSyntax, Call, Value } from "../../grammar/syntax.js";
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
 * @returns all arguments with their defaults, or nothing when one is wrong (which has then been reported)
 */
export function bindArguments(call: Call, row: Callable, checker: Checker): Arguments | undefined {
  const given = new Map<string, Argument>();
  const seen = new Set<string>();
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
    if (seen.has(parameter.name) && (argument.name || !parameter.variadic)) {
      checker.report("argumentTwice", argument.span, { call: call.name.text, name: parameter.name });
      valid = false;
      continue;
    }
    seen.add(parameter.name);
    const value = argumentValue(argument.value, parameter, call, checker);
    if (value === undefined) valid = false;
    else if (parameter.variadic && typeof value === "number") {
      given.set(parameter.name, [...((given.get(parameter.name) as number[] | undefined) ?? []), value]);
    } else given.set(parameter.name, value);
  }
  for (const parameter of row.parameters) {
    if (given.has(parameter.name) || seen.has(parameter.name)) continue;
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

function named(argument: ArgumentSyntax, call: Call, row: Callable, checker: Checker): Parameter | undefined {
  const name = argument.name?.text ?? "";
  const parameter = row.parameters.find((candidate) => candidate.name === name);
  if (parameter === undefined && argument.name) {
    const known = row.parameters.map((candidate) => candidate.name);
    checker.report("unknownArgument", argument.name.span, { call: call.name.text, name, known });
  }
  return parameter;
}

function argumentValue(
  value: Value,
  parameter: Parameter,
  call: Call,
  checker: Checker,
): Argument | undefined {
  if (parameter.variadic && value.kind === "list") {
    const items = value.items.map((item) => argumentValue(item, parameter, call, checker));
    return items.every((item) => typeof item === "number") ? (items as number[]) : undefined;
  }
  const { type } = parameter;
  if (type.kind === "word") {
    if (value.kind === "call" && !value.parens && type.words.includes(value.name.text))
      return value.name.text;
  } else if (value.kind === "number") {
    const { value: number } = value;
    const above = type.kind === "number" && type.above ? number > type.min : number >= type.min;
    if (
      above &&
      number <= (type.max ?? Infinity) &&
      (type.kind === "number" || Number.isSafeInteger(number))
    ) {
      return number;
    }
  }
  checker.report("wrongValue", value.span, {
    call: call.name.text,
    name: parameter.name,
    wanted: describeType(type),
    found: checker.text(value.span),
  });
  return undefined;
}
