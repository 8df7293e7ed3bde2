import { tokenize, NumberToken } from "./tokens.js";
import { numberValue } from "./tree.js";

/** What a number means that stands alone, as a spec spells it: `64`, `1e-3`, `500k`, `1/255`; undefined of anything else. */
export function numberOf(text: string): number | undefined {
  const { tokens, errors, groups } = tokenize(text);
  const [token] = tokens;
  const commented = Object.values(groups).some((group) => group.length > 0);
  if (tokens.length !== 1 || errors.length > 0 || commented || token?.tokenType !== NumberToken)
    return undefined;
  const value = numberValue(token.image);
  return Number.isFinite(value) ? value : undefined;
}
