import { EOF, type IRecognitionException, type IToken } from "chevrotain";
import { SpecParser } from "./parser.js";
import type { ParseResult, Span, SyntaxProblem } from "./syntax.js";
import { lexer, OpenString, words } from "./tokens.js";
import { TreeBuilder } from "./tree.js";

const parser = new SpecParser();

/** The rules of the grammar, as a message calls them. */
const constructs: Record<string, string> = {
  file: "the file",
  model: "the model",
  target: "the target",
  modality: "a modality",
  encoder: "an encoder",
  encode: "`encode`",
  fusion: "the fusion",
  gate: "the gate",
  interaction: "an interaction",
  rule: "a rule",
  component: "an interaction",
  either: "a condition",
  both: "a condition",
  condition: "a condition",
  comparison: "a condition",
  train: "the `train` block",
  stop: "`stop after ... epochs without improvement`",
  setting: "a setting of `train`",
  evaluate: "the `evaluate` block",
  pid: "`pid`",
  metric: "a metric",
  data: "the data",
  source: "`from`",
  binding: "a binding",
  split: "the split",
  part: "the split",
  chain: "a chain of layers",
  call: "a call",
  argument: "an argument",
  value: "a value",
  list: "a list",
  names: "a list of names",
  name: "a name",
};

/** Reads a spec: a tree of all that could be read, and what couldn't, in the order of the text. Never throws. */
export function parse(source: string): ParseResult {
  const { tokens, errors, groups } = lexer.tokenize(source);
  const problems: SyntaxProblem[] = errors.map(({ offset, length }) => ({
    kind: "character",
    span: { start: offset, end: offset + Math.max(1, length) },
    found: source.slice(offset, offset + Math.max(1, length)),
    expected: [],
  }));
  for (const token of tokens) {
    if (token.tokenType === OpenString) {
      problems.push({ kind: "string", span: spanOf(token, source), found: token.image, expected: [] });
    }
  }
  const { kept, unknown } = withoutLaterDeclarations(tokens, source);
  problems.push(...unknown);
  parser.input = kept;
  const tree = parser.file();
  problems.push(...parser.errors.map((error) => syntaxProblem(error, source)));
  const builder = new TreeBuilder(groups.docs ?? []);
  builder.source = (from, to) => source.slice(from, to);
  return { file: builder.file(tree, source.length), problems: onePerLine(problems, source) };
}

function spanOf(token: IToken, source: string): Span {
  if (token.tokenType === EOF || Number.isNaN(token.startOffset)) {
    const end = source.trimEnd().length;
    return { start: Math.max(0, end - 1), end: Math.max(end, 1) };
  }
  return { start: token.startOffset, end: token.startOffset + Math.max(1, token.image.length) };
}

function syntaxProblem(error: IRecognitionException, source: string): SyntaxProblem {
  const { token, context, message } = error;
  const rule = context.ruleStack.at(-1);
  const within = rule === undefined ? undefined : constructs[rule];
  const atEnd = token.tokenType === EOF;
  return {
    kind: "token",
    span: spanOf(token, source),
    found: atEnd ? "" : token.image,
    expected: JSON.parse(message) as string[],
    ...(within !== undefined && { within }),
  };
}

/** Takes out the declarations that a later version of the language brings, each with its braces, and reports them. */
function withoutLaterDeclarations(
  tokens: IToken[],
  source: string,
): { kept: IToken[]; unknown: SyntaxProblem[] } {
  const later = new Set([words.variants, words.import, words.param]);
  const openers = new Set(["model", "data", "variants", "import", "param"]);
  const kept: IToken[] = [];
  const unknown: SyntaxProblem[] = [];
  let depth = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as IToken;
    const next = tokens[i + 1];
    const begins = depth === 0 && later.has(token.tokenType as never) && next?.image !== "{";
    if (!begins) {
      if (token.image === "{") depth++;
      if (token.image === "}") depth = Math.max(0, depth - 1);
      kept.push(token);
      continue;
    }
    unknown.push({ kind: "declaration", span: spanOf(token, source), found: token.image, expected: [] });
    let inner = 0;
    for (i++; i < tokens.length; i++) {
      const { image } = tokens[i] as IToken;
      if (image === "{") inner++;
      if (image === "}" && --inner <= 0) break;
      if (inner === 0 && openers.has(tokens[i + 1]?.image ?? "")) break;
    }
  }
  return { kept, unknown };
}

/** The first problem of each line: those that follow it there come from it. */
function onePerLine(problems: SyntaxProblem[], source: string): SyntaxProblem[] {
  const lines = new Set<number>();
  return problems
    .sort((a, b) => a.span.start - b.span.start)
    .filter(({ span, found }) => {
      const line = found === "" ? -1 : source.slice(0, span.start).split("\n").length;
      if (lines.has(line)) return false;
      lines.add(line);
      return true;
    });
}
