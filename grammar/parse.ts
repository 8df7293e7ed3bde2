import { EOF, type IRecognitionException, type IToken } from "./chevrotain.js";
import { declarations, parser } from "./parser.js";
import type { ImportDeclaration, ParseResult, Span, SyntaxProblem } from "./syntax.js";
import { extremes, notText, withoutDepths } from "./limits.js";
import { OpenString, tokenize } from "./tokens.js";
import { TreeBuilder } from "./tree.js";

/** The statements of the grammar, as a message calls them. */
const constructs: Record<string, string> = {
  model: "the model",
  target: "the target",
  modality: "a modality",
  encoder: "an encoder",
  encode: "`encode`",
  fusion: "the fusion",
  namedFusion: "the fusion",
  import: "the import",
  gate: "the gate",
  interaction: "an interaction",
  rule: "a rule",
  train: "the `train` block",
  stop: "`stop after ... epochs without improvement`",
  setting: "a setting of `train`",
  evaluate: "the `evaluate` block",
  pid: "`pid`",
  data: "the data",
  param: "the parameter",
  source: "`from`",
  binding: "a binding",
  split: "the split",
  lack: "`missing ... in ... of ...`",
  holdOut: "`hold out classes`",
  skip: "`skip unreadable`",
  join: "`joined with ... by ...`",
  streaming: "`streamed within`",
  variants: "the variants",
  vary: "`vary`",
  where: "`where`",
  limit: "`limit`",
  sampling: "`sample`",
};

/** A spec whose text is read, but whose names of numbers may still come from files that it imports. */
export interface Reading {
  imports: readonly ImportDeclaration[];
  /** @param outer the parameters of the imported files, with their numbers */
  finish(outer?: ReadonlyMap<string, number>): ParseResult;
}

/** Reads a spec: a tree of all that could be read, and what couldn't, in the order of the text. Never throws. */
export function parse(source: string): ParseResult {
  return read(source).finish();
}

/** Reads a spec up to what it imports; the rest is finished when that is known. Never throws. */
export function read(source: string): Reading {
  const { tokens, errors, groups } = tokenize(source);
  const encoding = notText(source);
  const problems = [...encoding];
  // Of what isn't text no character needs to be reported by itself.
  for (const { offset, length } of encoding.length > 0 ? [] : errors) {
    const end = offset + Math.max(1, length);
    problems.push({
      kind: "character",
      span: { start: offset, end },
      found: source.slice(offset, end),
      expected: [],
    });
  }
  for (const token of tokens) {
    if (token.tokenType === OpenString) {
      problems.push({ kind: "string", span: spanOf(token, source), found: token.image, expected: [] });
    }
  }
  const shallow = withoutDepths(tokens);
  parser.input = shallow.kept;
  const tree = parser.file();
  const builder = new TreeBuilder(groups.docs ?? []);
  builder.source = (from, to) => source.slice(from, to);
  const found = [
    ...problems,
    ...extremes(tokens),
    ...shallow.tooDeep,
    ...parser.errors.map((error) => syntaxProblem(error, source)),
  ];
  const imports = builder.imports(tree);
  return {
    imports,
    finish(outer = new Map()) {
      const file = builder.file(tree, source.length, imports, outer);
      const names = builder.unknown.map(({ text, span }): SyntaxProblem => ({
        kind: "parameter",
        span,
        found: text,
        expected: [...file.params.map(({ name }) => name.text), ...outer.keys()],
      }));
      return { file, problems: onePerLine([...found, ...names], source) };
    },
  };
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
  const rule = context.ruleStack.findLast((name) => name in constructs);
  const within = rule === undefined ? undefined : constructs[rule];
  const atEnd = token.tokenType === EOF;
  const wanted = (JSON.parse(message) as string[]).flatMap((label) =>
    label === "EOF" ? declarations : [label],
  );
  const block = context.ruleStack.at(-1) ?? "";
  // Where a declaration begins, the block before it was never closed.
  const closes = atEnd || /^(model|data|variants|param|import)$/.test(token.image);
  const expected = wanted.join() === "}" && !closes ? [...statementsOf(block), "}"] : wanted;
  const before = "previousToken" in error ? (error.previousToken as IToken | undefined) : undefined;
  const missing = lineEndAfter(before, token, source);
  if (missing !== undefined && !atEnd && expected.length === 1 && expected[0] !== "}") {
    return { kind: "missing", span: missing, found: "", expected, ...(within !== undefined && { within }) };
  }
  return {
    kind: "token",
    span: spanOf(token, source),
    found: atEnd ? "" : token.image,
    expected,
    ...(within !== undefined && { within }),
  };
}

/** The blocks whose statements all begin with words of their own, each as it is opened. */
const openings: Readonly<Record<string, string>> = {
  model: "model M {",
  fusion: "fusion {",
  variants: "variants of M {",
};
const beginnings = new Map<string, string[]>();

/** The words that begin a statement of a block. */
function statementsOf(block: string): string[] {
  const opening = openings[block];
  if (opening === undefined) return [];
  const known = beginnings.get(block);
  if (known !== undefined) return known;
  const next = parser.computeContentAssist(block, tokenize(opening).tokens);
  const found = next.map(({ nextTokenType }) => nextTokenType.LABEL ?? nextTokenType.name);
  const words = [...new Set(found)].filter((label) => label !== "}");
  beginnings.set(block, words);
  return words;
}

/** The end of a token's line, when the next token stands on a later one: that is where something is missing. */
function lineEndAfter(before: IToken | undefined, next: IToken, source: string): Span | undefined {
  if (before === undefined || Number.isNaN(before.startOffset) || Number.isNaN(next.startOffset))
    return undefined;
  const end = before.startOffset + before.image.length;
  return source.slice(end, next.startOffset).includes("\n") ? { start: end - 1, end } : undefined;
}

/** The first problem of each line: those that follow it there come from it. */
function onePerLine(problems: SyntaxProblem[], source: string): SyntaxProblem[] {
  let [line, offset] = [0, 0];
  const lines = new Set<number>();
  return problems
    .sort((a, b) => a.span.start - b.span.start)
    .filter(({ kind, span, found }) => {
      for (; offset < span.start; offset++) if (source[offset] === "\n") line++;
      if (kind === "encoding") return true;
      const key = found === "" && kind !== "missing" ? -1 : line;
      if (lines.has(key)) return false;
      lines.add(key);
      return true;
    });
}
