import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { compile, type Analysis, type Compilation, type ModelIr } from "../compiler/index.js";
import { CommandError, exitCodes } from "./exit.js";
import { diagnosticsJson, printDiagnostics, printJson } from "./output.js";

/**
 * Reads a spec, or a file that it names.
 * @throws CommandError when there is no such file
 */
export async function readSpec(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(code);
    throw new CommandError(`${file}: ${reason}.`, exitCodes.wrongInput);
  }
}

export interface SpecOptions {
  file: string;
  model?: string | undefined;
  json?: boolean | undefined;
  /** False forbids `custom` layers. */
  custom?: boolean | undefined;
}

/** `--no-custom` */
export const customOption = {
  type: "boolean",
  default: true,
  describe: "Let `custom` layers run their code; --no-custom forbids them",
} as const;

/** The model that a command is about. @throws CommandError when the file has no such model */
export function chooseModel({ models }: Analysis, { model, file }: SpecOptions): ModelIr {
  const chosen = model === undefined ? models[0] : models.find(({ name }) => name === model);
  if (chosen === undefined) {
    const names = models.map(({ name }) => name).join(", ");
    throw new CommandError(`${file} has no model ${model}; it has ${names}.`, exitCodes.wrongUsage);
  }
  return chosen;
}

/**
 * Compiles a spec; prints its diagnostics. Nothing comes back when it has errors: the exit code is then set. The files of `custom` layers
 * come along.
 * @throws CommandError when one of them isn't there
 */
export async function compileSpec(options: SpecOptions): Promise<Compilation | undefined> {
  const text = await readSpec(options.file);
  const { custom = true } = options;
  const compilation = await compile(text, options.file, options.model, { custom });
  if (!compilation.failed) chooseModel(compilation, options);
  if (compilation.failed && options.json) printJson(diagnosticsJson(compilation));
  else printDiagnostics(compilation);
  if (compilation.failed) {
    process.exitCode = exitCodes.wrongInput;
    return undefined;
  }
  const copied = await Promise.all(
    compilation.customFiles.map(async ({ from, to }) => ({
      path: to,
      text: await readSpec(join(dirname(options.file), from)),
    })),
  );
  return { ...compilation, files: [...compilation.files, ...copied] };
}
