import type { DataDeclaration, SpecFile, SyntaxProblem } from "../grammar/syntax.js";
import { Checker, type CheckOptions, type ShapeNote } from "./check/checker.js";
import { keysOf } from "./check/names.js";
import { checkModel } from "./check/model.js";
import { checkVariants } from "./check/variants.js";
import { Reporter, type Diagnostic } from "./diagnostics.js";
import type { ModelIr } from "./ir.js";
import { checkShared, checkUsed, scopeOf, type Scope } from "./check/shared.js";
import { fileName, readUnits, type Unit } from "./imports.js";
import type { Source } from "./source.js";
import type { VariantsPlan } from "./variants/plan.js";

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
  problems: readonly SyntaxProblem[];
  /** The shape that each layer and fusion makes, also in a file with errors elsewhere. */
  shapes: readonly ShapeNote[];
  /** The file itself, and after it those that it imports, each once. */
  units: readonly [Unit, ...Unit[]];
  /** The `variants` blocks; empty when the file has errors. */
  variants: readonly VariantsPlan[];
}

/**
 * Parses and checks a spec; reports every error of the file.
 * @param text the spec
 * @param file its path, for messages and for the folder in which its imports begin
 * @param options its `read` gives the files that it imports; nothing else is read
 */
export function analyse(text: string, file = "spec.mmspec", options: CheckOptions = {}): Analysis {
  const reporter = new Reporter();
  const units = readUnits(text, file, reporter, options.read);
  const [{ source, tree, problems }] = units;
  const shapes: ShapeNote[] = [];
  const checkers = new Map(
    units.map((unit, i) => [unit, checkerOf(unit, i === 0, reporter, options, shapes)] as const),
  );
  const scopes = new Map<Unit, Scope>();
  for (const [unit, checks] of checkers) {
    const scope = scopeOf(unit, (other) => checkers.get(other) as Checker);
    scopes.set(unit, scope);
    checks.params = scope.params;
  }
  const checker = checkers.get(units[0]) as Checker;
  const scope = scopes.get(units[0]) as Scope;
  if (problems.length === 0 && isEmpty(tree)) {
    reporter.report("emptyFile", { start: 0, end: Math.min(1, text.length) }, undefined);
  }

  const names = new Map<string, number>();
  for (const { name } of tree.models) {
    const line = names.get(name.text);
    if (line !== undefined)
      checker.report("duplicate", name.span, { what: "a model", name: name.text, line });
    else names.set(name.text, checker.line(name.span));
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

  const imported = units.slice(1).map(({ from }) => from);
  const variantsOf = new Map<string, number>();
  const variants = tree.variants.flatMap((declaration) => {
    const { model } = declaration;
    const line = variantsOf.get(model.text);
    if (!names.has(model.text)) {
      checker.report("unknownModel", model.span, { name: model.text, models: keysOf(names) });
    } else if (line !== undefined) {
      checker.report("duplicate", model.span, { what: "a block of variants of", name: model.text, line });
    }
    if (line === undefined) variantsOf.set(model.text, checker.line(model.span));
    return checkVariants(declaration, tree, checker) ?? [];
  });

  const models = tree.models.flatMap((declaration) => {
    const data = dataOf.get(declaration.name.text);
    const ir = checkModel(declaration, data, fileName(file), scope, checker);
    return ir === undefined ? [] : { ...ir, ...(imported.length > 0 && { imports: imported }) };
  });
  for (const [unit, checks] of checkers) checkShared(unit.tree, checks);
  checkUsed(units[0], scope, checker);
  const failed = reporter.hasErrors;
  return {
    source,
    diagnostics: reporter.diagnostics,
    failed,
    models: failed ? [] : models,
    tree,
    problems,
    shapes,
    units,
    variants: failed ? [] : variants,
  };
}

/** What checks one file; reports what can't be read of it. */
function checkerOf(
  { path, from, source, problems, imports }: Unit,
  isSpec: boolean,
  reporter: Reporter,
  options: CheckOptions,
  shapes: ShapeNote[],
): Checker {
  const damage = problems.map(({ span }) => span);
  const checker = new Checker(source, reporter, damage, options, isSpec ? undefined : { path, from }, shapes);
  checker.doubtful = imports.some(({ unit }) => unit === undefined || unit.problems.length > 0);
  for (const problem of problems) {
    if (problem.kind === "parameter" && checker.doubtful) continue;
    reportProblem(problem, (key, span, parameters) =>
      reporter.report(key, span, parameters, isSpec ? undefined : path),
    );
  }
  return checker;
}

function isEmpty({ models, params, encoders, fusions, imports, data }: SpecFile): boolean {
  const shared = [...params, ...encoders, ...fusions, ...imports];
  return models.length === 0 && (shared.length === 0 || data.length > 0);
}

function reportProblem(
  { kind, span, found, expected, within }: SyntaxProblem,
  report: Reporter["report"],
): void {
  switch (kind) {
    case "character":
      return report("unknownCharacter", span, { found });
    case "string":
      return report("openString", span, undefined);
    case "encoding":
      return report("notText", span, { found });
    case "long":
      return report("tooLong", span, { found });
    case "number":
      return report("notFinite", span, { found });
    case "depth":
      return report("tooDeep", span, undefined);
    case "parameter":
      return report("unknownParameter", span, { name: found, known: expected });
    case "missing":
      return report("missingToken", span, { expected, within });
    case "token":
    case "duplicate":
      return report("unexpected", span, { found, expected, within });
  }
}
