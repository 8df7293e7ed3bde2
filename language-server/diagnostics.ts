import { DiagnosticSeverity, type Diagnostic as Published } from "vscode-languageserver";
import type { Diagnostic } from "../compiler/index.js";
import type { Spec } from "./document.js";

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
