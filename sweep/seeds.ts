import { format, parse } from "../compiler/index.js";

/**
 * A spec in which a model trains with another seed; the data and its split stay as they are.
 * @param text a spec without errors
 */
export function withSeed(text: string, model: string, seed: number): string {
  const declaration = parse(text).file.models.find(({ name }) => name.text === model);
  if (declaration === undefined) throw new RangeError(`The spec has no model ${model}.`);
  const train = declaration.members.find((member) => member.kind === "train");
  const written = train?.settings.find(
    ({ kind, ...setting }) => kind === "option" && "name" in setting && setting.name.text === "seed",
  );
  const put = (start: number, end: number, value: string) =>
    format(`${text.slice(0, start)}${value}${text.slice(end)}`);
  if (written !== undefined) return put(written.span.start, written.span.end, `seed ${seed}`);
  // Before the closing brace of `train`, or of the model.
  const at = (train ?? declaration).span.end - 1;
  return put(at, at, train === undefined ? ` train { seed ${seed} } ` : ` seed ${seed} `);
}
