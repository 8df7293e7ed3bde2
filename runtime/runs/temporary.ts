import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** How something ends that is being written: `NAME.0123456789ab.tmp`; a folder that is replaced, too, `.old`. */
const unfinished = /\.[0-9a-f]{12}\.tmp(\.old)?$/;

/**
 * Removes what a process that was killed had begun to write, in a folder and the folders in it, but for those that have a lock of their own. Whoever calls it
 * holds the folder's lock, so that nobody is writing there.
 */
export async function removeTemporaryFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (unfinished.test(entry.name)) await rm(path, { recursive: true, force: true });
    else if (entry.isDirectory() && !(await isLocked(path))) await removeTemporaryFiles(path);
  }
}

async function isLocked(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => name.endsWith(".lock"));
}
