export {
  format,
  FormatError,
  parse,
  type ParseResult,
  type SpecFile,
  type SyntaxProblem,
} from "../grammar/index.js";
export { analyse, analyse as check, type Analysis } from "./analyse.js";
export type { CheckOptions, ShapeNote } from "./check/checker.js";
export { compile, type Compilation } from "./compile.js";
export { diagnosticTable, type Diagnostic, type Severity } from "./diagnostics.js";
export type { GeneratedFile } from "./emit/project.js";
export { drawing, type DrawingColours } from "./drawing.js";
export { explain, type Explanation, type PartExplained } from "./explain.js";
export type * from "./ir.js";
export { picture } from "./picture.js";
export { locate, plain, renderDiagnostic, type LocatedDiagnostic, type Palette } from "./render.js";
export type { Import, ReadFile, Unit, Unreadable } from "./imports.js";
export { ParameterError, setImportedParameters, setParameters, type SpecText } from "./set.js";
export { Source, type Position } from "./source.js";
export { variantSpace, type Outcome, type Variant, type VariantSpace } from "./variants/space.js";
export { version } from "./version.js";
