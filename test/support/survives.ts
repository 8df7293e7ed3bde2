import { expect } from "vitest";
import { analyse, renderDiagnostic } from "../../compiler/index.js";
import { format, FormatError, parse } from "../../grammar/index.js";

/** What must hold of the reading of any text at all: nothing is thrown, every diagnostic lies in its file's text and can be shown, and what is formatted stays so. */
export function expectSurvival(source: string): void {
  const { file, problems } = parse(source);
  expect(() => JSON.stringify(file)).not.toThrow();
  // It imports itself under all names, where it imports anything.
  const analysis = analyse(source, "any.mmspec", { read: (path) => (path.length < 30 ? source : undefined) });
  const { diagnostics, failed } = analysis;
  if (problems.length > 0) expect(failed).toBe(true);
  for (const diagnostic of diagnostics) {
    const { start, end } = diagnostic.span;
    expect(start).toBeGreaterThanOrEqual(0);
    expect(end).toBeGreaterThanOrEqual(start);
    expect(end).toBeLessThanOrEqual(Math.max(1, source.length));
    if (diagnostic.file !== undefined) expect(analysis.source.imported.has(diagnostic.file)).toBe(true);
    expect(renderDiagnostic(diagnostic, analysis.source)).toContain(diagnostic.code);
  }
  let formatted: string;
  try {
    formatted = format(source);
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    expect(problems).not.toEqual([]);
    return;
  }
  expect(format(formatted)).toBe(formatted);
}
