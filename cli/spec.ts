import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  compile,
  ParameterError,
  setImportedParameters,
  type Analysis,
  type Compilation,
  type GeneratedFile,
  type ModelIr,
  type SpecText,
} from "../compiler/index.js";
import { readFrom } from "../compiler/node.js";
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

/**
 * Reads a spec and gives its parameters, and those of the files that it imports, other numbers.
 * @param set `width=128`, one or several
 * @throws CommandError when there is no such file or parameter, or a value is no number
 */
export async function readSpecWith(file: string, set: string | readonly string[] = []): Promise<SpecText> {
  const values = [set].flat().map((setting): [string, string] => {
    const at = setting.indexOf("=");
    if (at < 1)
      throw new CommandError(
        `--set wants NAME=NUMBER, as in --set width=128, not ${setting}.`,
        exitCodes.wrongUsage,
      );
    return [setting.slice(0, at).trim(), setting.slice(at + 1)];
  });
  const text = await readSpec(file);
  try {
    return setImportedParameters({ text, read: readFrom(dirname(file)) }, file, new Map(values));
  } catch (error) {
    if (error instanceof ParameterError) throw new CommandError(error.message, exitCodes.wrongUsage);
    throw error;
  }
}

/** `--set width=128` */
export const setOption = {
  type: "string",
  describe: "Give a parameter of the spec another number: --set width=128; may be repeated",
} as const;

export interface SpecOptions {
  file: string;
  /** `width=128`, one or several. */
  set?: string | readonly string[] | undefined;
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
  if (models.length === 0)
    throw new CommandError(
      `${file} has no model; what it has is for other specs to import.`,
      exitCodes.wrongInput,
    );
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
  const { text, read } = await readSpecWith(options.file, options.set);
  const { custom = true } = options;
  const compilation = await compile(text, options.file, options.model, { custom, read });
  if (!compilation.failed) chooseModel(compilation, options);
  if (compilation.failed && options.json) printJson(diagnosticsJson(compilation));
  else printDiagnostics(compilation);
  if (compilation.failed) {
    process.exitCode = exitCodes.wrongInput;
    return undefined;
  }
  const copied = await copyCustomFiles(compilation.customFiles, options.file);
  return { ...compilation, files: [...compilation.files, ...copied] };
}

/** The files of `custom` layers, where generated code looks for them. @throws CommandError when one isn't there */
export function copyCustomFiles(
  customFiles: Compilation["customFiles"],
  file: string,
): Promise<GeneratedFile[]> {
  return Promise.all(
    customFiles.map(async ({ from, to }) => ({ path: to, text: await readSpec(join(dirname(file), from)) })),
  );
}
