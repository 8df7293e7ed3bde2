import { expect } from "vitest";
import { analyse, type CheckOptions } from "../../compiler/index.js";
import { renderDiagnostic } from "../../compiler/render.js";

/** Exactly these diagnostics, as "line:column code"; prints all that was found when they differ. */
export function expectDiagnostics(
  source: string,
  expected: readonly string[],
  options: CheckOptions = {},
): void {
  const analysis = analyse(source, "test.mmspec", options);
  const found = analysis.diagnostics.map(({ code, span }) => {
    const { line, column } = analysis.source.positionAt(span.start);
    return `${line}:${column} ${code}`;
  });
  const all = analysis.diagnostics
    .map((diagnostic) => renderDiagnostic(diagnostic, analysis.source))
    .join("\n");
  expect(found, all).toEqual(expected);
}
