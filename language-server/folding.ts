import { FoldingRangeKind, type FoldingRange } from "vscode-languageserver";
import type { Spec } from "./document.js";

/** Blocks in braces and comments of several lines; of a block its last line stays. */
export function folding(spec: Spec): FoldingRange[] {
  const found: FoldingRange[] = [];
  const line = (offset: number) => spec.text.positionAt(offset).line;
  const open: number[] = [];
  let comment: { first: number; last: number } | undefined;
  const endComment = () => {
    if (comment !== undefined && comment.last > comment.first)
      found.push({ startLine: comment.first, endLine: comment.last, kind: FoldingRangeKind.Comment });
    comment = undefined;
  };
  let before = -1;
  for (const { kind, text, span } of spec.words) {
    const at = line(span.start);
    if (kind === "comment" || kind === "doc") {
      if (comment !== undefined && at === comment.last + 1) comment.last = at;
      else {
        endComment();
        if (at !== before) comment = { first: at, last: at };
      }
      before = at;
      continue;
    }
    endComment();
    before = at;
    if (text === "{") open.push(at);
    if (text !== "}") continue;
    const first = open.pop();
    if (first !== undefined && at > first + 1) found.push({ startLine: first, endLine: at - 1 });
  }
  endComment();
  return found.sort((a, b) => a.startLine - b.startLine);
}
