import { format, parse } from "../../compiler/index.js";

/**
 * A spec whose data is split by another fold.
 * @param text a spec without errors, whose data for the model names a fold
 * @param fold counted from 1
 */
export function withFold(text: string, model: string, fold: number): string {
  const data = parse(text).file.data.find(({ model: { text } }) => text === model);
  const at = data?.splits[0]?.fold?.at;
  if (at === undefined) throw new RangeError(`The data for ${model} has no fold.`);
  return format(`${text.slice(0, at.span.start)}${fold}${text.slice(at.span.end)}`);
}
