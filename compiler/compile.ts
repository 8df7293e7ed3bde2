import { analyse, type Analysis } from "./analyse.js";
import type { CheckOptions } from "./check/checker.js";
import { customFiles, type CustomFile } from "./files.js";
import type { GeneratedFile } from "./emit/project.js";
import type { ModelIr } from "./ir.js";
import { Reporter } from "./diagnostics.js";
import { version } from "./version.js";

/** A spec's diagnostics and, when there is no error, its trainer. */
export interface Compilation extends Analysis {
  ir?: ModelIr;
  /** The generated files, with the spec and what it imports beside them; empty when the spec has errors. */
  files: GeneratedFile[];
  /** Files that `custom` layers come from, to be copied into the output folder as the generated code imports them. */
  customFiles: CustomFile[];
}

/**
 * Compiles one model of a spec to TypeScript.
 * @param text the spec
 * @param file its path, for messages and for the name in the generated files
 * @param model which model; the only one, or the first that has data, when it is left out
 */
export async function compile(
  text: string,
  file = "spec.mmspec",
  model?: string,
  options: CheckOptions = {},
): Promise<Compilation> {
  const analysis = analyse(text, file, options);
  const ir =
    model === undefined
      ? (analysis.models.find(({ data }) => data !== undefined) ?? analysis.models[0])
      : analysis.models.find(({ name }) => name === model);
  const reporter = new Reporter();
  if (analysis.failed) return { ...analysis, files: [], customFiles: [] };
  if (analysis.models.length === 0)
    reporter.report("emptyFile", { start: 0, end: Math.min(1, text.length) }, undefined);
  else if (ir !== undefined && ir.data === undefined) {
    const start = text.search(new RegExp(`model\\s+${ir.name}`, "u"));
    reporter.report("noData", { start: Math.max(start, 0), end: Math.max(start, 0) + 5 }, { model: ir.name });
  }
  if (ir === undefined || reporter.hasErrors) {
    const diagnostics = [...analysis.diagnostics, ...reporter.diagnostics];
    const failed = reporter.hasErrors;
    return { ...analysis, failed, diagnostics, files: [], customFiles: [] };
  }
  // The emitter is loaded when it is needed: checking alone is much faster without it.
  const { emitProject } = await import("./emit/project.js");
  const files = emitProject(ir, version);
  // Its own ending keeps a spec that is called train.ts from taking the place of a generated file.
  let path = ir.file;
  const imported = analysis.units.slice(1).map(({ from, source }) => ({ path: from, text: source.text }));
  while (!path.endsWith(".mmspec") || imported.some((file) => file.path === path)) path += ".mmspec";
  const specs = [{ path, text }, ...imported];
  return { ...analysis, ir, files: [...files, ...specs], customFiles: customFiles(ir) };
}
