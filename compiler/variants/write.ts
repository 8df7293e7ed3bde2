import type { Call, Span } from "../../grammar/syntax.js";
import type { Axis, Choice } from "./axes.js";

interface Edit extends Span {
  text: string;
}

/**
 * A spec with one choice of each axis in its place, not formatted.
 * @param removed what is left out: the `variants` blocks
 */
export function written(
  source: string,
  removed: readonly Span[],
  axes: readonly Axis[],
  choices: readonly Choice[],
): string {
  const edits: Edit[] = removed.map((span) => ({ ...span, text: "" }));
  /** Arguments that the spec leaves out, by the call that gets them. */
  const added = new Map<Call, string[]>();
  axes.forEach(({ slot: { span, around, takes } }, i) => {
    const { text } = choices[i] as Choice;
    const [before, after] = around ?? ["", ""];
    if (around !== undefined && takes.kind === "argument")
      added.set(takes.call, [...(added.get(takes.call) ?? []), before + text]);
    else edits.push({ ...span, text: before + text + after });
  });
  for (const [call, args] of added) edits.push(completed(call, args.join(", ")));
  const parts: string[] = [];
  let end = 0;
  for (const edit of edits.sort((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push(source.slice(end, edit.start), edit.text);
    end = edit.end;
  }
  return parts.join("") + source.slice(end);
}

/** Arguments at the end of a call, whether it has parentheses or not. */
function completed({ parens, args, span }: Call, text: string): Edit {
  if (!parens) return { start: span.end, end: span.end, text: `(${text})` };
  const start = span.end - 1;
  return { start, end: start, text: args.length > 0 ? `, ${text}` : text };
}
