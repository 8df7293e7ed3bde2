import { CodeActionKind, type CodeAction } from "vscode-languageserver";
import type { Diagnostic } from "../compiler/index.js";
import type { Span } from "../grammar/index.js";
import { published } from "./diagnostics.js";
import type { Spec } from "./document.js";

/** What mends the diagnostics that touch a span: the word that was meant in the place of the misspelt one. */
export function fixes(spec: Spec, span: Span): CodeAction[] {
  return spec.analysis.diagnostics.flatMap((diagnostic) => {
    if (diagnostic.file !== undefined || diagnostic.span.end < span.start || diagnostic.span.start > span.end)
      return [];
    const { replacement } = diagnostic;
    const place = replacement && misspelt(diagnostic, spec.source);
    if (replacement === undefined || place === undefined) return [];
    const edit = { range: spec.range(place), newText: replacement.to };
    return {
      title: `Change to \`${replacement.to}\``,
      kind: CodeActionKind.QuickFix,
      isPreferred: true,
      diagnostics: [published(diagnostic, spec)],
      edit: { changes: { [spec.text.uri]: [edit] } },
    };
  });
}

/** Where the misspelt word stands: the whole span, or the only place in it. */
function misspelt({ span, replacement }: Diagnostic, source: string): Span | undefined {
  const text = source.slice(span.start, span.end);
  const from = replacement?.from ?? "";
  if (text.replace(/\s+/g, " ") === from) return span;
  const at = text.indexOf(from);
  if (from === "" || at < 0 || text.indexOf(from, at + 1) >= 0) return undefined;
  return { start: span.start + at, end: span.start + at + from.length };
}
