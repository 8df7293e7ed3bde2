import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DataIr } from "../../compiler/index.js";
import { filesNamed } from "../../runtime/data/source.js";
import { contentHash, filesOfAll } from "../../runtime/data/streamed/source.js";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import { exists } from "../../runtime/runs/exists.js";
import { FolderBusy, lockFolder, type FolderLock } from "../../runtime/runs/lock.js";
import { removeTemporaryFiles } from "../../runtime/runs/temporary.js";
import { CommandError, exitCodes } from "../exit.js";

/**
 * Keeps a folder of folds to one process.
 * @param lost is told when another process took the lock, because this one showed no sign of life
 * @throws CommandError when another one trains there
 */
export async function takeFolds(folder: string, quiet: boolean, lost: () => void): Promise<FolderLock> {
  const onWait = () =>
    quiet || process.stderr.write(`${folder}: folds were trained here; waiting until their lock is stale\n`);
  try {
    const lock = await lockFolder(folder, { name: "folds", onWait, lost });
    await removeTemporaryFiles(folder);
    return lock;
  } catch (error) {
    if (!(error instanceof FolderBusy)) throw error;
    throw new CommandError(
      `${folder}: its folds are being trained (${error.holder}). Wait for that, or train into another folder: --runs DIR.`,
      exitCodes.wrongInput,
    );
  }
}

/** What all folds are trained on: one and the same. */
export class FoldsData {
  private constructor(
    private readonly folder: string,
    private readonly paths: readonly string[],
    private readonly base: string,
  ) {}

  /**
   * @param folder of the folds
   * @param data of the spec; what is drawn follows from the spec
   * @param base the folder in which its paths begin
   */
  static of(folder: string, data: DataIr, base: string): FoldsData {
    const paths = data.kind === "file" ? [data.path, ...data.joins.map(({ path }) => path)] : [];
    return new FoldsData(folder, paths, base);
  }

  /**
   * Notes what the data is before the first fold, and checks later on that it is the same.
   * @param trained the fold that has just been trained
   * @throws CommandError when it has changed
   */
  async check(trained?: string): Promise<void> {
    if (this.paths.length === 0) return;
    const now = await this.hash();
    // What isn't there, the fold tells of.
    if (now === undefined) return;
    const note = join(this.folder, "data.json");
    const before = await readFile(note, "utf8").catch(() => undefined);
    if (before === undefined || !(await this.begun())) {
      await writeAtomically(note, `${JSON.stringify({ sha256: now }, null, 2)}\n`);
      return;
    }
    if (sha256Of(before) === now) return;
    const rest =
      trained === undefined
        ? ""
        : ` ${trained} was trained meanwhile, on what isn't known: remove its folder in any case.`;
    throw new CommandError(
      `${this.paths.join(", ")}: the data changed since the first fold was trained, and folds of different data have no mean. Put it back, or train all folds anew: move the folder of the folds away, or say another one by --runs DIR.${rest}`,
      exitCodes.wrongInput,
    );
  }

  /** Whether a fold has learned anything. */
  private async begun(): Promise<boolean> {
    for (const name of await readdir(this.folder))
      for (const kept of ["checkpoint.safetensors", "weights.json"])
        if (await exists(join(this.folder, name, kept))) return true;
    return false;
  }

  private async hash(): Promise<string | undefined> {
    const named = await Promise.all(this.paths.map((path) => filesNamed(path, this.base).catch(() => [])));
    const files = await filesOfAll(named.flat().map((path) => join(this.base, path)));
    return files.length === 0 ? undefined : contentHash(files, this.base);
  }
}

function sha256Of(text: string): unknown {
  try {
    return (JSON.parse(text) as { sha256?: unknown } | null)?.sha256;
  } catch {
    return undefined;
  }
}
