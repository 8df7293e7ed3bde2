import { parse } from "../grammar/index.js";
import { numberOf } from "../grammar/number.js";
import { didYouMean } from "./suggest.js";

/** A parameter can't be set: the message says which, why and what could be. */
export class ParameterError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ParameterError";
  }
}

/**
 * A spec with other numbers for its parameters, written where `param` has them: what is compiled, and kept with a run, says what it was made with.
 * @param values numbers as a spec spells them, by the parameter's name
 * @throws ParameterError when the spec has no such parameter, or a value is no number
 */
export function setParameters(text: string, values: ReadonlyMap<string, string>): string {
  if (values.size === 0) return text;
  const { params } = parse(text).file;
  const edits = [...values].map(([name, value]) => {
    const param = params.find((candidate) => candidate.name.text === name);
    if (param === undefined) {
      const known = params.map((candidate) => candidate.name.text);
      const near = didYouMean(name, known);
      const hint =
        known.length === 0
          ? "it has none"
          : near !== undefined
            ? near.text
            : `it has ${known.map((each) => `\`${each}\``).join(", ")}`;
      throw new ParameterError(`The spec has no parameter \`${name}\`: ${hint.replace(/[^?]$/, "$&.")}`);
    }
    if (numberOf(value) === undefined)
      throw new ParameterError(`Parameter \`${name}\` wants a number, not \`${value}\`.`);
    return { ...param.value.span, value: value.trim() };
  });
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((edited, { start, end, value }) => edited.slice(0, start) + value + edited.slice(end), text);
}
