import { stat } from "node:fs/promises";
import { ProblemList } from "./problems.js";

/** A file as it was when it began to be read. */
export interface Stamp {
  path: string;
  size: number;
  changed: number;
}

/** @returns nothing for what isn't there */
export async function stampOf(path: string): Promise<Stamp | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && { path, size: found.size, changed: found.mtimeMs };
}

/**
 * What was read of a file counts only when nobody has written into it meanwhile: half of an old one and half of a new one is neither.
 * @throws DataError when it was changed
 */
export async function checkUnchanged(before: Stamp | undefined, line?: number): Promise<void> {
  if (before === undefined) return;
  const now = await stampOf(before.path);
  // One that was removed is there until it is closed.
  if (now === undefined || (now.size === before.size && now.changed === before.changed)) return;
  const problems = new ProblemList();
  problems.add("changed", before.path, { before: before.size, now: now.size }, line);
  problems.check();
}
