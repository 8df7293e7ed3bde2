import {
  createToken,
  Lexer,
  type CustomPatternMatcherFunc,
  type ILexerConfig,
  type ILexingResult,
  type TokenType,
} from "./chevrotain.js";

/** A pattern that knows all of Unicode: chevrotain's own reading of regular expressions doesn't. */
function unicode(pattern: RegExp): CustomPatternMatcherFunc {
  const sticky = new RegExp(pattern, "uy");
  return (text, offset) => {
    sticky.lastIndex = offset;
    return sticky.exec(text) as RegExpExecArray | null;
  };
}

/** Letters of ASCII, and what isn't ASCII: chevrotain tells those apart by hundreds, so one of each is enough. */
const nameStarts: number[] = [];
for (let code = 0x41; code < 0x10000; code += code < 0x100 ? 1 : 100) {
  if (code >= 0x80 || /[A-Za-z_]/.test(String.fromCharCode(code))) nameStarts.push(code);
}

/** A name; every keyword is one too, so that a modality can be called `image` or `target`. */
export const Name = createToken({
  name: "Name",
  label: "a name",
  pattern: unicode(/[\p{L}_][\p{L}\p{N}_]*/u),
  start_chars_hint: nameStarts,
  line_breaks: false,
});

function keyword(word: string): TokenType {
  return createToken({
    name: `Word_${word}`,
    label: word,
    pattern: word,
    longer_alt: Name,
    categories: [Name],
  });
}

/** The words that begin or join constructs, by spelling. */
export const words = {
  model: keyword("model"),
  data: keyword("data"),
  for: keyword("for"),
  target: keyword("target"),
  optional: keyword("optional"),
  modality: keyword("modality"),
  encoder: keyword("encoder"),
  encode: keyword("encode"),
  with: keyword("with"),
  shared: keyword("shared"),
  fusion: keyword("fusion"),
  gate: keyword("gate"),
  when: keyword("when"),
  otherwise: keyword("otherwise"),
  use: keyword("use"),
  and: keyword("and"),
  or: keyword("or"),
  not: keyword("not"),
  dominates: keyword("dominates"),
  missing: keyword("missing"),
  train: keyword("train"),
  stop: keyword("stop"),
  after: keyword("after"),
  epochs: keyword("epochs"),
  without: keyword("without"),
  improvement: keyword("improvement"),
  supervise: keyword("supervise"),
  augment: keyword("augment"),
  evaluate: keyword("evaluate"),
  pid: keyword("pid"),
  of: keyword("of"),
  per: keyword("per"),
  sample: keyword("sample"),
  from: keyword("from"),
  joined: keyword("joined"),
  files: keyword("files"),
  scaled: keyword("scaled"),
  by: keyword("by"),
  resized: keyword("resized"),
  to: keyword("to"),
  log: keyword("log"),
  clipped: keyword("clipped"),
  cropped: keyword("cropped"),
  one_hot: keyword("one_hot"),
  tokenised: keyword("tokenised"),
  streamed: keyword("streamed"),
  within: keyword("within"),
  standardised: keyword("standardised"),
  split: keyword("split"),
  fold: keyword("fold"),
  group: keyword("group"),
  time: keyword("time"),
  column: keyword("column"),
  stratified: keyword("stratified"),
  seed: keyword("seed"),
  in: keyword("in"),
  hold: keyword("hold"),
  out: keyword("out"),
  classes: keyword("classes"),
  skip: keyword("skip"),
  unreadable: keyword("unreadable"),
  at: keyword("at"),
  most: keyword("most"),
  variants: keyword("variants"),
  vary: keyword("vary"),
  step: keyword("step"),
  where: keyword("where"),
  limit: keyword("limit"),
  import: keyword("import"),
  param: keyword("param"),
} as const;

const symbol = (name: string, text: string) => createToken({ name, label: text, pattern: text });

export const symbols = {
  arrow: symbol("Arrow", "->"),
  feeds: symbol("Feeds", "<-"),
  atMost: symbol("AtMost", "<="),
  atLeast: symbol("AtLeast", ">="),
  unequal: symbol("Unequal", "!="),
  below: symbol("Below", "<"),
  above: symbol("Above", ">"),
  equals: symbol("Equals", "="),
  colon: symbol("Colon", ":"),
  comma: symbol("Comma", ","),
  range: symbol("Range", ".."),
  dot: symbol("Dot", "."),
  openBrace: symbol("OpenBrace", "{"),
  closeBrace: symbol("CloseBrace", "}"),
  openParen: symbol("OpenParen", "("),
  closeParen: symbol("CloseParen", ")"),
  openBracket: symbol("OpenBracket", "["),
  closeBracket: symbol("CloseBracket", "]"),
} as const;

/** `0.5`, `1e-3`, `-2`, `500k`, `2M`, `1/255`. */
export const NumberToken = createToken({
  name: "Number",
  label: "a number",
  pattern: unicode(
    /-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?:[kM](?![\p{L}\p{N}_]))?(?:\s*\/\s*\d+(?:\.\d+)?)?/u,
  ),
  start_chars_hint: [..."-.0123456789"],
  line_breaks: false,
});

const factor = /x(?:\d+(?:\.\d+)?|\.\d+)(?![\p{L}\p{N}_])/uy;

/** `x2`, and only behind `step`: elsewhere it is a name. */
export const Factor = createToken({
  name: "Factor",
  label: "a factor as in x2",
  pattern: (text, offset, before) => {
    if (before.at(-1)?.tokenType !== words.step) return null;
    factor.lastIndex = offset;
    return factor.exec(text) as RegExpExecArray | null;
  },
  start_chars_hint: ["x"],
  line_breaks: false,
});

export const StringToken = createToken({
  name: "String",
  label: 'a string in "..."',
  pattern: /"(?:[^"\\\n\r]|\\.)*"/,
  line_breaks: false,
});

/** A string that ends with its line. */
export const OpenString = createToken({
  name: "OpenString",
  label: 'a string in "..."',
  pattern: /"(?:[^"\\\n\r]|\\[^\n\r])*\\?/,
  line_breaks: false,
  categories: [StringToken],
});

export const DocComment = createToken({
  name: "DocComment",
  pattern: /\/\/\/[^\n\r]*/,
  group: "docs",
  line_breaks: false,
});
const Comment = createToken({
  name: "Comment",
  pattern: /\/\/[^\n\r]*/,
  group: "comments",
  line_breaks: false,
});
const Space = createToken({ name: "Space", pattern: /[\s\uFEFF]+/, group: Lexer.SKIPPED, line_breaks: true });

/** All tokens; what stands first is tried first. */
export const tokens: TokenType[] = [
  Space,
  DocComment,
  Comment,
  NumberToken,
  StringToken,
  OpenString,
  Factor,
  // The longer word first: `with` must not take the beginning of `without`.
  ...Object.values(words).sort((a, b) => b.name.length - a.name.length),
  Name,
  ...Object.values(symbols),
];

export const lexerConfig: ILexerConfig = { ensureOptimizations: true, positionTracking: "onlyOffset" };

// A test examines the tokens; not every process needs to.
const lexer = new Lexer(tokens, { ...lexerConfig, skipValidations: true });

let last: { source: string; result: ILexingResult } | undefined;

/** The tokens of a text. The last text's are kept: an editor asks for its tree, its colours and its form one after the other. */
export function tokenize(source: string): ILexingResult {
  if (last?.source !== source) last = { source, result: lexer.tokenize(source) };
  return last.result;
}
