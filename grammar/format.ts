import type { IToken } from "./chevrotain.js";
import { parse } from "./parse.js";
import type { EvaluateItem, ParseResult, SpecFile, SyntaxProblem } from "./syntax.js";
import { tokenize } from "./tokens.js";

/** A spec that can't be read can't be formatted. */
export class FormatError extends Error {
  constructor(readonly problems: readonly SyntaxProblem[]) {
    super("The spec has syntax errors.");
    this.name = "FormatError";
  }
}

const widest = 110;
const indentation = "  ";

/** Where lines begin: offsets of statements, and of the items of lists that keep the lines they were written in. */
interface Layout {
  statements: ReadonlySet<number>;
  items: ReadonlySet<number>;
}

function layoutOf({ imports, params, encoders, fusions, models, data, variants }: SpecFile): Layout {
  const statements = new Set<number>();
  const items = new Set<number>();
  const begin = (nodes: readonly { span: { start: number } }[], set = statements) =>
    nodes.forEach(({ span }) => set.add(span.start));
  for (const nodes of [imports, params, encoders, models, data, variants]) begin(nodes);
  for (const member of [...fusions, ...models.flatMap(({ members }) => members)]) {
    begin([member]);
    if (member.kind === "fusion-block") begin([...member.interactions, ...member.gates, ...member.rules]);
    if (member.kind === "train") begin(member.settings);
    if (member.kind === "evaluate")
      member.items.forEach((item, i) => begin([item], openEnded(member.items[i - 1]) ? statements : items));
  }
  for (const { sources, bindings, splits, lacks, heldOut, skips, streamings } of data)
    begin([...sources, ...bindings, ...splits, ...lacks, ...heldOut, ...skips, ...streamings]);
  for (const { varies, wheres, limits, samples } of variants)
    begin([...varies, ...wheres, ...limits, ...samples]);
  return { statements, items };
}

/** `pid broja of a, b`: a comma behind it would add a modality, so what follows begins a line. */
function openEnded(item: EvaluateItem | undefined): boolean {
  return item?.kind === "pid" && item.modalities.length > 0 && !item.perSample;
}

/** A token or a comment, in the order of the text. */
interface Piece {
  text: string;
  start: number;
  comment: boolean;
}

function piecesOf(source: string): Piece[] {
  const { tokens, groups } = tokenize(source);
  const piece = (comment: boolean) => (token: IToken) => ({
    text: comment ? token.image.trimEnd() : token.image,
    start: token.startOffset,
    comment,
  });
  const comments = [...(groups.comments ?? []), ...(groups.docs ?? [])].map(piece(true));
  return [...tokens.map(piece(false)), ...comments].sort((a, b) => a.start - b.start);
}

/** The commas that stand before an item of a list that keeps its lines, comments or further commas between. */
function beforeItems(pieces: readonly Piece[], items: ReadonlySet<number>): Set<number> {
  const found = new Set<number>();
  let next = -1;
  for (let i = pieces.length - 1; i >= 0; i--) {
    const { text, start, comment } = pieces[i] as Piece;
    if (comment) continue;
    if (text !== ",") next = start;
    else if (items.has(next)) found.add(i);
  }
  return found;
}

/** The tokens of `[2]` in `dense[2]`, which stand right behind the name. */
function indexTokens(tokens: readonly { text: string }[]): Set<number> {
  const found = new Set<number>();
  tokens.forEach(({ text }, i) => {
    const [before = "", number = "", end] = [tokens[i - 1]?.text, tokens[i + 1]?.text, tokens[i + 2]?.text];
    const behindName = /^[\p{L}_)]/u.test(before) && before !== "in";
    if (text === "[" && behindName && /^[-.\d]/.test(number) && end === "]")
      [i, i + 1, i + 2].forEach((at) => found.add(at));
  });
  return found;
}

const tight = {
  before: new Set([",", ")", "]", ":", "(", ".", ".."]),
  after: new Set(["(", "[", ".", ".."]),
};

/** Whether a space stands between two tokens of a line. */
function spaced(previous: string, next: string): boolean {
  if (tight.after.has(previous)) return false;
  if (next === "(")
    return (
      previous === "and" ||
      previous === "or" ||
      previous === "not" ||
      previous === "when" ||
      previous === "where" ||
      previous === "("
    );
  return !tight.before.has(next);
}

/**
 * The canonical form of a spec: one statement a line, two spaces a level, single spaces, comments and single blank lines kept.
 * Formatting twice is the same as once, and the meaning stays.
 * @param read what was read of it, where that is known already
 * @throws FormatError when the spec has syntax errors
 */
export function format(source: string, read: ParseResult = parse(source)): string {
  const { file, problems } = read;
  if (problems.length > 0) throw new FormatError(problems);
  const { statements, items } = layoutOf(file);
  const lines: string[] = [];
  let line: string[] = [];
  let depth = 0;
  let previous: Piece | undefined;
  const flush = () => {
    if (line.length > 0) lines.push(...broken(line, depth));
    line = [];
  };
  const between = (piece: Piece) =>
    source.slice(previous ? previous.start + previous.text.length : 0, piece.start);
  const blank = (piece: Piece) => {
    const gap = between(piece).replace(/,/g, "");
    if (previous !== undefined && previous.text !== "{" && /\n[^\S\n]*\r?\n/.test(gap)) lines.push("");
  };
  const pieces = piecesOf(source);
  const listed = beforeItems(pieces, items);
  const indices = indexTokens(pieces);
  pieces.forEach((piece, i) => {
    const { text, start, comment } = piece;
    const ownLine = previous === undefined || between(piece).includes("\n");
    if (comment) {
      if (ownLine) {
        flush();
        blank(piece);
        lines.push(indentation.repeat(depth) + text);
      } else {
        flush();
        lines.push(`${lines.pop() ?? ""} ${text}`);
      }
    } else if (indices.has(i) && line.length > 0) {
      line.push((line.pop() ?? "") + text);
    } else if (text === "," && (listed.has(i) || statements.has(pieces[i + 1]?.start ?? -1))) {
      return; // Commas between the items of a block say nothing that a line's end doesn't.
    } else if (text === "}") {
      flush();
      depth = Math.max(0, depth - 1);
      if (previous?.text === "{" && lines.at(-1)?.endsWith("{")) lines.push(`${lines.pop()}}`);
      else lines.push(`${indentation.repeat(depth)}}`);
    } else {
      if (statements.has(start)) {
        flush();
        blank(piece);
      } else if (items.has(start)) {
        if (ownLine || line.length === 0) {
          flush();
          blank(piece);
        } else line.push(",");
      } else if (line.length === 0 && previous?.comment) {
        line.push("");
      }
      line.push(text);
      if (text === "{") {
        flush();
        depth++;
      }
    }
    previous = piece;
  });
  flush();
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** The tokens of one statement as a line; a chain that is too long breaks before its arrows, a source before each `joined`. */
function broken(tokens: readonly string[], depth: number): string[] {
  const indent = indentation.repeat(depth);
  const words = tokens.filter((token) => token !== "");
  const whole = indent + joined(words);
  if (whole.length <= widest) return [whole];
  if (words[0] === "vary") {
    const items = choicesOf(words).map(joined);
    return items.map((item, i) => indent + (i === 0 || item === "]" ? "" : indentation) + item);
  }
  const link = words[0] === "from" ? "joined" : "->";
  if (!words.includes(link)) return [whole];
  const parts: string[][] = [[]];
  for (const word of words) {
    if (word === link) parts.push([]);
    parts.at(-1)?.push(word);
  }
  return parts.map((part, i) => indent + (i === 0 ? "" : indentation.repeat(2)) + joined(part));
}

/** `vary PATH in [`, then each choice with its comma, then `]`. */
function choicesOf(words: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  let depth = 0;
  words.forEach((word, i) => {
    if (word === ")" || word === "]") depth--;
    if (word === "]" && depth === 0) parts.push([]);
    parts.at(-1)?.push(word);
    if (word === "(" || word === "[") depth++;
    if (depth === 1 && (word === "," || (word === "[" && words[i - 1] === "in"))) parts.push([]);
  });
  return parts;
}

/** Tokens side by side, a space where one stands between them. */
function joined(tokens: readonly string[]): string {
  return tokens.reduce((text, token, i) => {
    const before = tokens[i - 1];
    return text + (before !== undefined && spaced(before, token) ? " " : "") + token;
  }, "");
}

/** A part of a spec on one line, without its comments: `conv(8, 3) -> flatten`. */
export function inline(source: string): string {
  const tokens = tokenize(source).tokens.map(({ image }) => ({ text: image }));
  const indices = indexTokens(tokens);
  const words: string[] = [];
  tokens.forEach(({ text }, i) => {
    if (indices.has(i)) words.push((words.pop() ?? "") + text);
    else words.push(text);
  });
  return joined(words);
}
