import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { writeAtomically } from "../runtime/runs/atomic.js";
import { exists } from "../runtime/runs/exists.js";
import { StudyProblem } from "./problem.js";
import type { DataFile } from "./study.js";

/** `examples/` stands above both the sources and the built files. */
const candidates = ["../examples", "../../examples"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * Puts the data files of a study where its specs look for them.
 * @param files those that its rows read
 * @param target the folder `data` beside the specs
 * @param given a folder that has them; those that the examples' scripts prepare when it is left out
 * @throws StudyProblem when one can't be had
 */
export async function provideData(
  files: readonly DataFile[],
  target: string,
  given: string | undefined,
): Promise<void> {
  for (const file of new Map(files.map((one) => [one.name, one])).values()) {
    if (await exists(join(target, file.name))) continue;
    const source = given === undefined ? await prepared(file) : join(resolve(given), file.name);
    const bytes = await readFile(source).catch((error: NodeJS.ErrnoException) => {
      throw new StudyProblem(
        `${source}: it can't be read (${error.code ?? error.message}). --data wants a folder that has ${file.name}.`,
      );
    });
    await mkdir(target, { recursive: true });
    await writeAtomically(join(target, file.name), bytes);
  }
}

/** The path of a file that an example's script prepares; runs the script when it hasn't been run. */
async function prepared({ name, script }: DataFile): Promise<string> {
  for (const examples of candidates) {
    const path = join(examples, "data", name);
    if (await exists(path)) return path;
    if (!(await exists(join(examples, script)))) continue;
    try {
      await promisify(execFile)(process.execPath, [join(examples, script)]);
    } catch (error) {
      const reason = /^\w*Error.*$/m.exec((error as { stderr?: string }).stderr ?? "")?.[0] ?? String(error);
      throw new StudyProblem(
        `This study reads ${name}, and examples/${script} couldn't make it: ${reason}\n  = run \`npm ci\` in the repository, which installs what the script reads; or give the folder of a ${name}: --data FOLDER`,
      );
    }
    return path;
  }
  throw new StudyProblem(
    `This study reads ${name}, which doesn't come with the package.\n  = in a clone of mmspec's repository \`npm ci && node examples/${script}\` writes examples/data/${name}; give its folder here: --data FOLDER\n  = or leave out the rows that read it: --rows NAME,..`,
  );
}
