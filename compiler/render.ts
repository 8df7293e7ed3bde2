import type { Diagnostic } from "./diagnostics.js";
import type { Position, Source } from "./source.js";

/** Wraps text in colours; the plain one leaves it as it is. */
export interface Palette {
  error(text: string): string;
  warning(text: string): string;
  bold(text: string): string;
  dim(text: string): string;
  fix(text: string): string;
}

const same = (text: string) => text;

/** Characters of a line that are shown. */
const widest = 240;

export const plain: Palette = { error: same, warning: same, bold: same, dim: same, fix: same };

/**
 * A diagnostic as people read it:
 *
 *     digits.mmspec:9:34 error MM3010: `dense` wants [features], but ...
 *       9 |   encoder Top for top = conv(8, 3) -> dense(64)
 *         |                                       ~~~~~~~~~
 *         = put `flatten` first
 */
export function renderDiagnostic(diagnostic: Diagnostic, spec: Source, palette: Palette = plain): string {
  const { span, severity, code, message, fix, usedIn } = diagnostic;
  const source = spec.of(diagnostic);
  const start = source.positionAt(span.start);
  const end = source.positionAt(span.end);
  const line = source.lineText(start.line);
  const last = end.line === start.line ? end.column : line.length + 1;
  const { text, column, width } = excerpt(line, start.column, Math.max(1, last - start.column));
  const number = String(start.line);
  const gutter = " ".repeat(number.length);
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, " ");
  const colour = severity === "error" ? palette.error : palette.warning;
  const lines = [
    `${palette.bold(`${source.file}:${start.line}:${start.column}`)} ${colour(`${severity} ${code}`)}: ${message}`,
    `  ${palette.dim(`${number} |`)} ${text}`,
    `  ${palette.dim(`${gutter} |`)} ${indent}${colour("~".repeat(width))}`,
  ];
  if (fix !== undefined) lines.push(`  ${palette.dim(`${gutter} =`)} ${palette.fix(fix)}`);
  if (usedIn !== undefined) lines.push(`  ${palette.dim(`${gutter} =`)} used in ${usedIn}`);
  return lines.join("\n");
}

/** Of a line that no screen could show, the part around what is underlined. */
function excerpt(
  line: string,
  column: number,
  width: number,
): { text: string; column: number; width: number } {
  if (line.length <= widest) return { text: line, column, width };
  const begin = Math.max(0, column - 1 - widest / 2);
  const shown = line.slice(begin, begin + widest);
  const text = `${begin > 0 ? "..." : ""}${shown}${begin + widest < line.length ? "..." : ""}`;
  const at = column - begin + (begin > 0 ? 3 : 0);
  return { text, column: at, width: Math.max(1, Math.min(width, begin + widest - column + 1)) };
}

/** A diagnostic as programs read it. */
export interface LocatedDiagnostic extends Omit<Diagnostic, "span"> {
  file: string;
  start: Position;
  end: Position;
}

export function locate(diagnostic: Diagnostic, spec: Source): LocatedDiagnostic {
  const { span, ...rest } = diagnostic;
  const source = spec.of(diagnostic);
  return {
    ...rest,
    file: source.file,
    start: source.positionAt(span.start),
    end: source.positionAt(span.end),
  };
}
