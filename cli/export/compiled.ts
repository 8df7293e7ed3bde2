import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { Project, ts } from "ts-morph";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import { CommandError, exitCodes } from "../exit.js";
import { packageFolder } from "./vendored.js";

/** The class of a trainer's model.ts. */
const modelClass = /export class ([\w$]+) implements Model</;

/**
 * Copies a trainer's model.ts, and what it imports of the trainer, into `src` of a package that has its own runtime; compiles it into `dist`.
 * @returns the name of the model's class
 * @throws CommandError when the code can't be compiled: it was changed, or is another version's
 */
export async function compileModel(trainer: string, folder: string): Promise<string> {
  const source = join(folder, "src");
  const files: string[] = [];
  const waiting = ["model.ts"];
  let className: string | undefined;
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (files.includes(name)) continue;
    files.push(name);
    const text = await readFile(join(trainer, name), "utf8").catch(() => {
      throw new CommandError(`${trainer} has no ${name}, which its model needs.`, exitCodes.wrongInput);
    });
    className ??= modelClass.exec(text)?.[1];
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      if (!fileName.startsWith(".")) continue;
      const path = join(dirname(name), fileName);
      if (path.startsWith(".."))
        throw new CommandError(
          `${join(trainer, name)} imports ${fileName}, which isn't in the trainer: a package can't bring it.`,
          exitCodes.wrongInput,
        );
      waiting.push(path);
    }
    const up = relative(dirname(join(source, name)), join(folder, "runtime/index.js"));
    await mkdir(dirname(join(source, name)), { recursive: true });
    await writeAtomically(join(source, name), text.replaceAll('"mmspec/runtime"', JSON.stringify(up)));
  }
  if (className === undefined)
    throw new CommandError(`${join(trainer, "model.ts")} has no model.`, exitCodes.wrongInput);
  await compile(
    files.map((name) => join(source, name)),
    folder,
  );
  return className;
}

async function compile(files: readonly string[], folder: string): Promise<void> {
  const beside = dirname(dirname(await packageFolder("@tensorflow/tfjs-core")));
  const project = new Project({
    skipAddingFilesFromTsConfig: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      rootDir: join(folder, "src"),
      outDir: join(folder, "dist"),
      declaration: true,
      strict: true,
      skipLibCheck: true,
      rewriteRelativeImportExtensions: true,
      types: [],
      paths: { "*": [join(beside, "*")] },
    },
  });
  project.addSourceFilesAtPaths([...files]);
  const [problem] = project
    .getPreEmitDiagnostics()
    .filter((diagnostic) => diagnostic.getCategory() === ts.DiagnosticCategory.Error);
  if (problem !== undefined) {
    const file = problem.getSourceFile()?.getFilePath();
    const where = file === undefined ? "" : `${relative(folder, file)}:${problem.getLineNumber()}: `;
    const message = ts.flattenDiagnosticMessageText(problem.compilerObject.messageText, " ");
    throw new CommandError(`The trainer's code can't be compiled. ${where}${message}`, exitCodes.wrongInput);
  }
  await project.emit();
}
