import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { compile, type ModelIr } from "../../compiler/index.js";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import { exists } from "../../runtime/runs/exists.js";
import { CommandError, exitCodes } from "../exit.js";
import { print, printJson } from "../output.js";
import { runScript } from "../run-script.js";
import { copyCustomFiles, readSpecWith, type SpecOptions } from "../spec.js";
import { writeFiles } from "../../runtime/runs/atomic.js";
import { FoldsData, takeFolds } from "./keep.js";
import { foldsText, isComplete, summarise } from "./summary.js";
import { withFold } from "./with-fold.js";

export interface FoldsOptions extends SpecOptions {
  runs: string;
  quiet: boolean;
  json: boolean;
  /** What each fold's trainer is told besides its data and its run. */
  trainerOptions: readonly string[];
}

/**
 * Trains every fold of a spec as a run of its own, below one folder: the same command goes on where it was stopped, and does nothing again
 * that is complete.
 * @param ir the model, whose spec has no errors
 * @throws CommandError when the spec has no folds, the folder has those of another spec or of other data, or another process trains there
 */
export async function trainFolds(ir: ModelIr, options: FoldsOptions): Promise<void> {
  const { name, data } = ir;
  const { file, runs, quiet, json } = options;
  if (data?.split.fold === undefined)
    throw new CommandError(
      `${file}: the data for ${name} isn't split into folds: write \`split fold 1 of 5 stratified\`.`,
      exitCodes.wrongUsage,
    );
  const folder = resolve(runs, `${name.toLowerCase()}-folds`);
  let lost = false;
  const lock = await takeFolds(folder, quiet || json, () => void (lost = true));
  try {
    const sameData = FoldsData.of(folder, data, resolve(dirname(file)));
    await trainEach(name, data.split.fold, folder, options, async (trained) => {
      if (lost)
        throw new CommandError(
          `${folder} was removed, or another process took it over: no more is trained there.`,
          exitCodes.failed,
        );
      await sameData.check(trained);
    });
  } finally {
    await lock.release();
  }
}

/** @param check is called before the first fold and after each that is trained, and stops it all by throwing */
async function trainEach(
  name: string,
  fold: { of: number },
  folder: string,
  options: FoldsOptions,
  check: (trained?: string) => Promise<void>,
): Promise<void> {
  const { file, runs, quiet, json, custom = true, trainerOptions } = options;
  const { text, read } = await readSpecWith(file, options.set);
  const names = Array.from({ length: fold.of }, (_, f) => `fold-${f + 1}`);
  for (const [f, run] of names.entries()) {
    const to = join(folder, run);
    const { files, customFiles } = await compile(withFold(text, name, f + 1), file, name, { custom, read });
    const spec = files.filter(({ path }) => path.endsWith(".mmspec"));
    const begun = await exists(join(to, "run.json"));
    if (begun) await checkSame(to, spec);
    // Later ones come right after a check.
    if (f === 0) await check();
    if (await isComplete(to)) {
      if (!quiet && !json) process.stderr.write(`fold ${f + 1} of ${fold.of} is complete\n`);
      continue;
    }
    if (!quiet && !json) process.stderr.write(`fold ${f + 1} of ${fold.of}\n`);
    await writeFiles(to, spec);
    await writeFiles(join(to, "trainer"), [...files, ...(await copyCustomFiles(customFiles, file))]);
    const code = await runScript(
      join(to, "trainer", "train.ts"),
      [
        ...["--data", resolve(dirname(file)), "--run", to],
        ...(begun ? ["--resume"] : []),
        ...trainerOptions,
        ...(quiet || json ? ["--quiet"] : []),
      ],
      // What all folds come to is printed in the end.
      { silent: true },
    );
    if (code === 0) {
      await check(run);
      continue;
    }
    process.stderr.write(`Fold ${f + 1} of ${fold.of} ended early: the same command goes on with it.\n`);
    process.exitCode = code;
    return;
  }
  const content = await summarise(folder, names, { model: name, spec: file });
  await writeAtomically(join(folder, "folds.json"), `${JSON.stringify(content, null, 2)}\n`);
  if (json) printJson(content);
  else if (!quiet)
    print(
      `${foldsText(content)}\n\nFiles in ${join(runs, `${name.toLowerCase()}-folds`)}\n  folds.json  all of the above\n  fold-1 ...  a run each`,
    );
}

/** @throws CommandError when a run was made of another spec */
async function checkSame(folder: string, files: readonly { path: string; text: string }[]): Promise<void> {
  for (const { path, text } of files) {
    const before = await readFile(join(folder, path), "utf8").catch(() => undefined);
    if (before === undefined || before === text) continue;
    throw new CommandError(
      `${folder} was trained with another ${path}. Move the folder of the folds away, or train into another one: --runs DIR.`,
      exitCodes.wrongInput,
    );
  }
}
