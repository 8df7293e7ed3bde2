import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import { SweepProblem } from "../problem.js";

/** The files of a run's folder as one zip. Files that are half-written, and the note of a process, stay behind. */
export async function packRun(folder: string): Promise<Uint8Array> {
  const entries: Record<string, Uint8Array> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /\.tmp$|^trainer\.pid$|\.lock\.json$|^report\.html$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    // One that is renamed at this moment is in the next archive.
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes !== undefined)
      entries[
        path
          .slice(folder.length + 1)
          .split(sep)
          .join("/")
      ] = bytes;
  }
  return zipSync(entries, { level: 1 });
}

/** @throws SweepProblem when a file would leave the folder */
export async function unpackRun(archive: Uint8Array, folder: string): Promise<void> {
  for (const [name, bytes] of Object.entries(unzipSync(archive))) {
    if (name.startsWith("/") || name.split(/[\\/]/).includes("..") || /^[a-z]:/i.test(name))
      throw new SweepProblem(`A stored run has a file ${name}, which leaves its folder.`);
    if (name.endsWith("/")) continue;
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeAtomically(join(folder, name), bytes);
  }
}
