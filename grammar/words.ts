import type { IToken } from "./chevrotain.js";
import type { Span } from "./syntax.js";
import { DocComment, Factor, Name, NumberToken, OpenString, StringToken, tokenize, words } from "./tokens.js";

/** A word, a sign or a comment of the text, for what colours, folds or completes it. */
export interface Word {
  kind: "keyword" | "name" | "number" | "string" | "comment" | "doc" | "symbol";
  text: string;
  span: Span;
}

const keywords = new Set<unknown>(Object.values(words));

/** All words of a text in their order, comments too. What is no part of the language is left out. */
export function wordsOf(source: string): Word[] {
  const { tokens, groups } = tokenize(source);
  const comments = [...(groups.comments ?? []), ...(groups.docs ?? [])];
  const found = [...tokens, ...comments].map(wordOf);
  return comments.length === 0 ? found : found.sort((a, b) => a.span.start - b.span.start);
}

function wordOf(token: IToken): Word {
  const { image, startOffset, tokenType } = token;
  return {
    kind: kindOf(token),
    text: tokenType.name === "Comment" || tokenType === DocComment ? image.trimEnd() : image,
    span: { start: startOffset, end: startOffset + image.length },
  };
}

function kindOf({ tokenType }: IToken): Word["kind"] {
  if (keywords.has(tokenType)) return "keyword";
  if (tokenType === Name) return "name";
  if (tokenType === NumberToken || tokenType === Factor) return "number";
  if (tokenType === StringToken || tokenType === OpenString) return "string";
  if (tokenType === DocComment) return "doc";
  return tokenType.name === "Comment" ? "comment" : "symbol";
}
