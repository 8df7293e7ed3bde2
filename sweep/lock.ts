import { FolderBusy, lockFolder as lock, type FolderLock } from "../runtime/runs/lock.js";
import { SweepProblem } from "./problem.js";

/**
 * Keeps a folder to one sweep.
 * @param lost is told when another process took the lock, because this one showed no sign of life
 * @throws SweepProblem when another sweep works in the folder
 */
export async function lockFolder(
  folder: string,
  options: { signal: AbortSignal; onWait(): void; lost(): void },
): Promise<FolderLock> {
  try {
    return await lock(folder, { name: "sweep", ...options });
  } catch (error) {
    if (!(error instanceof FolderBusy)) throw error;
    throw new SweepProblem(`${error.message} Wait for it, or sweep into another folder: -o DIR.`);
  }
}
