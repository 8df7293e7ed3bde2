import { parse } from "../grammar/index.js";
import type { DataDeclaration, SpecFile, SyntaxProblem } from "../grammar/syntax.js";
import { Checker, type CheckOptions, type ShapeNote } from "./check/checker.js";
import { keysOf } from "./check/names.js";
import { checkModel } from "./check/model.js";
import { Reporter, type Diagnostic } from "./diagnostics.js";
import type { ModelIr } from "./ir.js";
import { Source } from "./source.js";

/** All that is known of a spec without emitting anything. */
export interface Analysis {
  source: Source;
  diagnostics: Diagnostic[];
  /** True when a diagnostic is an error; warnings don't count. */
  failed: boolean;
  /** The models that are free of errors, in the order of the file; empty when the file has any. */
  models: ModelIr[];
  /** What could be read, also of a file with errors. */
  tree: SpecFile;
  /** What couldn't be read; the diagnostics tell it too. */
  problems: SyntaxProblem[];
  /** The shape that each layer and fusion makes, also in a file with errors elsewhere. */
  shapes: readonly ShapeNote[];
}

/**
 * Parses and checks a spec; reports every error of the file.
 * @param text the spec
 * @param file its path, for messages; nothing is read
 */
export function analyse(text: string, file = "spec.mmspec", options: CheckOptions = {}): Analysis {
  const source = new Source(file, text);
  const reporter = new Reporter();
  const { file: tree, problems } = parse(text);
  const checker = new Checker(
    source,
    reporter,
    problems.filter(({ kind }) => kind !== "declaration").map(({ span }) => span),
    options,
  );
  for (const problem of problems) reportProblem(problem, reporter);
  if (tree.models.length === 0 && problems.length === 0) {
    reporter.report("emptyFile", { start: 0, end: Math.min(1, text.length) }, undefined);
  }

  const names = new Map<string, number>();
  for (const { name } of tree.models) {
    const line = names.get(name.text);
    if (line !== undefined)
      checker.report("duplicate", name.span, { what: "a model", name: name.text, line });
    else names.set(name.text, checker.line(name.span));
  }
  const params = new Map<string, number>();
  for (const { name, uses } of tree.params) {
    const line = params.get(name.text);
    if (line !== undefined)
      checker.report("duplicate", name.span, { what: "a parameter", name: name.text, line });
    else {
      params.set(name.text, checker.line(name.span));
      if (uses.length === 0) checker.report("unusedParameter", name.span, { name: name.text });
    }
  }
  const dataOf = new Map<string, DataDeclaration>();
  for (const declaration of tree.data) {
    const { model } = declaration;
    const other = dataOf.get(model.text);
    const line = other && checker.line(other.model.span);
    if (!names.has(model.text)) {
      checker.report("unknownModel", model.span, { name: model.text, models: keysOf(names) });
    } else if (line !== undefined) {
      checker.report("duplicate", model.span, { what: "data for", name: model.text, line });
    }
    if (other === undefined) dataOf.set(model.text, declaration);
  }

  const models = tree.models.flatMap((declaration) => {
    const data = dataOf.get(declaration.name.text);
    return checkModel(declaration, data, fileName(file), checker) ?? [];
  });
  const failed = reporter.hasErrors;
  return {
    source,
    diagnostics: reporter.diagnostics,
    failed,
    models: failed ? [] : models,
    tree,
    problems,
    shapes: checker.shapes,
  };
}

/** A path's last part, whichever way its slashes lean. */
function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

function reportProblem({ kind, span, found, expected, within }: SyntaxProblem, reporter: Reporter): void {
  switch (kind) {
    case "character":
      return reporter.report("unknownCharacter", span, { found });
    case "string":
      return reporter.report("openString", span, undefined);
    case "encoding":
      return reporter.report("notText", span, { found });
    case "long":
      return reporter.report("tooLong", span, { found });
    case "number":
      return reporter.report("notFinite", span, { found });
    case "depth":
      return reporter.report("tooDeep", span, undefined);
    case "parameter":
      return reporter.report("unknownParameter", span, { name: found, known: expected });
    case "declaration":
      return reporter.report("unknownDeclaration", span, { found });
    case "missing":
      return reporter.report("missingToken", span, { expected, within });
    case "token":
    case "duplicate":
      return reporter.report("unexpected", span, { found, expected, within });
  }
}
