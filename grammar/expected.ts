import type { IToken } from "./chevrotain.js";
import { parser } from "./parser.js";
import { tokenize, Name, words } from "./tokens.js";

/** What could stand at a place. */
export interface Expectation {
  /** As a user would write it, `use`, `->`, or a phrase: "a name", "a number". */
  label: string;
  kind: "keyword" | "name" | "other";
  /** The grammar's rules that it would be part of, outermost first. */
  rules: readonly string[];
}

/** Where a text is being written. */
export interface Place {
  expected: Expectation[];
  /** The words of the statement that is being written, up to the place. */
  before: readonly string[];
  /** What opened the blocks around it, outermost first: `model Digits`, `fusion`. */
  blocks: readonly string[];
}

const keywords = new Map(Object.values(words).map((type) => [type, type.LABEL ?? type.name]));

/** Lines of a statement that are read backwards to find its beginning. */
const longest = 60;

/**
 * What the grammar allows at an offset, whatever stands before the statement that is being written: other statements may be broken.
 * A word that ends at the offset is being written and isn't counted. Never throws.
 */
export function expectedAt(source: string, offset: number): Place {
  const { tokens } = tokenize(source.slice(0, offset));
  const last = tokens.at(-1);
  if (last !== undefined && isWord(last) && last.startOffset + last.image.length === offset) tokens.pop();
  const { heads, body } = blocksAround(tokens);
  const opened = heads.flat();
  const blocks = heads.map((head) =>
    head
      .slice(0, -1)
      .map(({ image }) => image)
      .join(" "),
  );
  for (const start of beginnings(body, source)) {
    const statement = body.slice(start);
    const found = parser.computeContentAssist("file", [...opened, ...statement]);
    if (found.length === 0) continue;
    const expected = found.map(({ nextTokenType, ruleStack }): Expectation => {
      const keyword = keywords.get(nextTokenType);
      const kind = keyword !== undefined ? "keyword" : nextTokenType === Name ? "name" : "other";
      return { label: keyword ?? nextTokenType.LABEL ?? nextTokenType.name, kind, rules: ruleStack };
    });
    return { expected, before: statement.map(({ image }) => image), blocks };
  }
  return { expected: [], before: body.map(({ image }) => image), blocks };
}

function isWord({ tokenType }: IToken): boolean {
  return tokenType === Name || keywords.has(tokenType as never);
}

/** The blocks that are open at the end, each by the tokens that opened it, and what stands in the innermost one. */
function blocksAround(tokens: readonly IToken[]): { heads: IToken[][]; body: IToken[] } {
  const heads: IToken[][] = [];
  const bodies: IToken[][] = [[]];
  for (const token of tokens) {
    const body = bodies.at(-1) as IToken[];
    if (token.image === "{") {
      const head = [...headOf(body), token];
      // A model or its data can't stand in a block: the block before was never closed.
      if (/^(model|data|variants)$/.test(head[0]?.image ?? "") && head.length > 2) {
        heads.length = 0;
        bodies.length = 1;
      }
      heads.push(head);
      bodies.push([]);
    } else if (token.image === "}") {
      if (bodies.length > 1) {
        heads.pop();
        bodies.pop();
      }
      bodies[bodies.length - 1] = [];
    } else body.push(token);
  }
  return { heads, body: bodies.at(-1) as IToken[] };
}

/** `model NAME`, `data for NAME`, `variants of NAME` or a single word: what stands before a brace. */
function headOf(body: readonly IToken[]): IToken[] {
  const [third, second] = [body.at(-3), body.at(-2)];
  const begins = `${third?.image} ${second?.image}`;
  if (begins === "data for" || begins === "variants of") return body.slice(-3);
  if (second?.image === "model") return body.slice(-2);
  // `fusion NAME {` stands outside of models.
  if (second?.image === "fusion" && isWord(second) && body.at(-1)?.image !== "fusion") return body.slice(-2);
  return body.slice(-1);
}

/** Where the statement that is being written may begin: the lines of the block, the last one first. */
function beginnings(body: readonly IToken[], source: string): number[] {
  const found: number[] = [];
  for (let i = body.length - 1; i >= 0 && found.length < longest; i--) {
    const [before, token] = [body[i - 1], body[i] as IToken];
    const gap =
      before === undefined ? "\n" : source.slice(before.startOffset + before.image.length, token.startOffset);
    // A source goes on with `joined` on lines of their own.
    if (gap.includes("\n") && token.tokenType !== words.joined) found.push(i);
  }
  // On a new line a new statement may begin, whatever stands before it.
  return [...found, body.length];
}
