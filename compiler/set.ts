import type { ParamDeclaration } from "../grammar/index.js";
import { numberOf } from "../grammar/number.js";
import { Reporter } from "./diagnostics.js";
import { readUnits, type ReadFile, type Unit } from "./imports.js";
import { didYouMean } from "./suggest.js";

/** A parameter can't be set: the message says which, why and what could be. */
export class ParameterError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ParameterError";
  }
}

/** A spec, and how to read what it imports. */
export interface SpecText {
  text: string;
  read: ReadFile;
}

/**
 * A spec with other numbers for its parameters, written where `param` has them: what is compiled, and kept with a run, says what it was made with.
 * @param values numbers as a spec spells them, by the parameter's name
 * @throws ParameterError when the spec has no such parameter, or a value is no number
 */
export function setParameters(text: string, values: ReadonlyMap<string, string>): string {
  return setImportedParameters({ text, read: () => undefined }, "spec.mmspec", values).text;
}

/**
 * The same with the parameters of the files that the spec imports, which its `read` then gives with their new numbers.
 * @param file the spec's path
 * @throws ParameterError
 */
export function setImportedParameters(
  { text, read }: SpecText,
  file: string,
  values: ReadonlyMap<string, string>,
): SpecText {
  if (values.size === 0) return { text, read };
  const units = readUnits(text, file, new Reporter(), read);
  const edits = new Map<Unit, { param: ParamDeclaration; value: string }[]>();
  for (const [name, value] of values) {
    const { unit, param } = find(name, units);
    if (numberOf(value) === undefined)
      throw new ParameterError(`Parameter \`${name}\` wants a number, not \`${value}\`.`);
    edits.set(unit, [...(edits.get(unit) ?? []), { param, value: value.trim() }]);
  }
  const edited = new Map(
    [...edits].map(([unit, changes]) => [
      unit.path,
      changes
        .map(({ param, value }) => ({ ...param.value.span, value }))
        .sort((a, b) => b.start - a.start)
        .reduce(
          (now, { start, end, value }) => now.slice(0, start) + value + now.slice(end),
          unit.source.text,
        ),
    ]),
  );
  const [spec] = units;
  return {
    text: edited.get(spec.path) ?? text,
    read: (path) => (path === spec.path ? undefined : edited.get(path)) ?? read(path),
  };
}

/** The parameter of a name that a spec knows, its own or an imported one. @throws ParameterError */
function find(name: string, [spec, ...others]: [Unit, ...Unit[]]): { unit: Unit; param: ParamDeclaration } {
  const imported = spec.imports.flatMap(({ unit }) => unit ?? []);
  const of = (unit: Unit) => unit.tree.params.find((candidate) => candidate.name.text === name);
  for (const unit of [spec, ...imported]) {
    const param = of(unit);
    if (param !== undefined) return { unit, param };
  }
  const known = [spec, ...imported].flatMap(({ tree }) => tree.params.map((param) => param.name.text));
  const elsewhere = others.find((unit) => of(unit) !== undefined);
  const hint =
    elsewhere !== undefined
      ? `${elsewhere.path} has it, which the spec itself doesn't import`
      : (didYouMean(name, known)?.text ??
        (known.length === 0 ? "it has none" : `it has ${known.map((each) => `\`${each}\``).join(", ")}`));
  throw new ParameterError(`The spec has no parameter \`${name}\`: ${hint.replace(/[^?]$/, "$&.")}`);
}
