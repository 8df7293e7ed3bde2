import { DiagnosticSeverity, type Diagnostic as Published } from "vscode-languageserver";
import type { Diagnostic } from "../compiler/index.js";
import type { Spec } from "./document.js";

/** All diagnostics of a spec as editors show them; what is wrong with an imported file stands where that is imported. */
export function diagnosticsOf(spec: Spec): Published[] {
  const imports = importsOf(spec);
  return spec.analysis.diagnostics.map((diagnostic) => {
    if (diagnostic.file === undefined) return published(diagnostic, spec);
    const source = spec.analysis.source.of(diagnostic);
    const at = (offset: number) => {
      const { line, column } = source.positionAt(offset);
      return { line: line - 1, character: column - 1 };
    };
    const { start, end } = diagnostic.span;
    const place = source.positionAt(start);
    const location = { uri: spec.uriOf(diagnostic.file), range: { start: at(start), end: at(end) } };
    const here = published(
      { ...diagnostic, span: imports.get(diagnostic.file) ?? { start: 0, end: 0 } },
      spec,
    );
    return {
      ...here,
      message: `${diagnostic.file}:${place.line}:${place.column}: ${here.message}`,
      relatedInformation: [{ location, message: diagnostic.message }],
    };
  });
}

/** Of each imported file the import in this one that leads to it. */
function importsOf(spec: Spec): Map<string, { start: number; end: number }> {
  const [{ imports }] = spec.analysis.units;
  const found = new Map<string, { start: number; end: number }>();
  for (const { declaration, unit } of imports) {
    const open = unit === undefined ? [] : [unit];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (found.has(at.path)) continue;
      found.set(at.path, declaration.path.span);
      open.push(...at.imports.flatMap((inner) => inner.unit ?? []));
    }
  }
  return found;
}

/** A diagnostic as editors show it: what is wrong, and below it what would mend it. */
export function published({ code, severity, message, fix, span }: Diagnostic, spec: Spec): Published {
  return {
    range: spec.range(span),
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    source: "mmspec",
    message: fix === undefined ? message : `${message}\n${fix}`,
  };
}
