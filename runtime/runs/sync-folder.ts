import { open } from "node:fs/promises";

/**
 * Has the names in a folder on the disk, so that a file that was given its name has it after a power cut, too. Where a system has no such
 * thing, as Windows has none, nothing is done.
 */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  if (handle === undefined) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
}
