import type { IToken } from "./chevrotain.js";
import type { SyntaxProblem } from "./syntax.js";
import { numberValue } from "./tree.js";
import { Name, NumberToken, OpenString, StringToken } from "./tokens.js";

/** Parentheses, brackets and negations around one another; what is deeper isn't read. */
export const deepest = 100;

/** Characters of a name, a number or a string. */
export const longest = 1000;

const problem = (kind: SyntaxProblem["kind"], start: number, end: number, found: string): SyntaxProblem => ({
  kind,
  span: { start, end },
  found,
  expected: [],
});

/** What isn't UTF-8 text leaves these: NUL, half of a surrogate pair, or what a decoder puts in the place of bytes that it can't read. */
export function notText(source: string): SyntaxProblem[] {
  const found = /[\0\uFFFD]|\p{Surrogate}/u.exec(source);
  return found ? [problem("encoding", found.index, found.index + 1, found[0])] : [];
}

/** Names and literals that are too long, and numbers that are too large or divide by zero. */
export function extremes(tokens: readonly IToken[]): SyntaxProblem[] {
  return tokens.flatMap(({ image, startOffset, tokenType }) => {
    const end = startOffset + image.length;
    const literal = [Name, NumberToken, StringToken, OpenString].includes(tokenType);
    if (literal && image.length > longest) return problem("long", startOffset, end, image);
    if (tokenType === NumberToken && !Number.isFinite(numberValue(image)))
      return problem("number", startOffset, end, image);
    return [];
  });
}

const levels = new Set(["(", ")", "[", "]", "not"]);

/**
 * Leaves out the parentheses, brackets and negations that are nested too deep for the parser, which goes down with them, and reports where
 * that begins.
 * A `not` is a level until its condition ends, like a parenthesis.
 */
export function withoutDepths(tokens: readonly IToken[]): { kept: IToken[]; tooDeep: SyntaxProblem[] } {
  const kept: IToken[] = [];
  const tooDeep: SyntaxProblem[] = [];
  /** The negations in each group that is open; the first is the statement itself. */
  let groups = [0];
  let depth = 0;
  let reported = false;
  for (const token of tokens) {
    const { image, startOffset } = token;
    const before = depth;
    const nots = groups.at(-1) ?? 0;
    if (image === "{" || image === "}") {
      groups = [0];
      depth = 0;
    } else if (image === "(" || image === "[") {
      groups.push(0);
      depth++;
    } else if (image === ")" || image === "]") {
      depth -= nots;
      if (groups.length > 1) {
        groups.pop();
        depth--;
      } else groups[0] = 0;
    } else if (image === "not") {
      groups[groups.length - 1] = nots + 1;
      depth++;
    } else if (image === "and" || image === "or" || image === "use" || image === "where") {
      groups[groups.length - 1] = 0;
      depth -= nots;
    }
    // What closes a level belongs to it.
    const level = Math.max(before, depth);
    if (level <= deepest) reported = false;
    else if (!reported) {
      tooDeep.push(problem("depth", startOffset, startOffset + image.length, image));
      reported = true;
    }
    if (level <= deepest || !levels.has(image)) kept.push(token);
  }
  return { kept, tooDeep };
}
