import { builders } from "prettier/doc";
import { ts } from "ts-morph";

type Doc = builders.Doc;
const { breakParent, hardline, join, lineSuffix } = builders;

/** True when a blank line stands in a text before anything else. */
export function startsBlank(text: string): boolean {
  return /^[ \t]*\r?\n[ \t]*\r?\n/.test(text);
}

/** The comments above a statement or member, each on lines of its own. */
export function commentsAbove(node: ts.Node, source: ts.SourceFile): Doc[] {
  const { text } = source;
  return (ts.getLeadingCommentRanges(text, node.pos) ?? []).flatMap(({ pos, end, kind }) => {
    const comment = text.slice(pos, end);
    return [
      kind === ts.SyntaxKind.MultiLineCommentTrivia ? block(comment) : comment,
      hardline,
      ...(startsBlank(text.slice(end)) ? [hardline] : []),
    ];
  });
}

/** Where a node begins with the comments above it. */
export function startOf(node: ts.Node, source: ts.SourceFile): number {
  return ts.getLeadingCommentRanges(source.text, node.pos)?.[0]?.pos ?? node.getStart(source);
}

/** A doc comment's lines, their stars one below the other. */
function block(comment: string): Doc {
  const [first = "", ...others] = comment.split("\n");
  return join(hardline, [first.trimEnd(), ...others.map((line) => ` ${line.trim()}`)]);
}

/** The comment that ends the line of an argument, behind its comma; nothing when there is none. */
export function commentBehind(node: ts.Node, source: ts.SourceFile): Doc | undefined {
  const found = /^[ \t]*,?[ \t]*(\/\/[^\n]*)/.exec(source.text.slice(node.end, node.end + 200));
  return found === null ? undefined : [lineSuffix([" ", (found[1] ?? "").trimEnd()]), breakParent];
}
