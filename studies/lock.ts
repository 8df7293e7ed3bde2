import { FolderBusy, lockFolder, type FolderLock } from "../runtime/runs/lock.js";
import { StudyProblem } from "./problem.js";

/**
 * Keeps a study's folder to one process.
 * @param lost is told when another process took the lock, because this one showed no sign of life
 * @throws StudyProblem when another one works there
 */
export async function lockStudy(
  folder: string,
  options: { signal: AbortSignal; onWait(): void; lost(): void },
): Promise<FolderLock> {
  try {
    return await lockFolder(folder, { name: "study", ...options });
  } catch (error) {
    if (!(error instanceof FolderBusy)) throw error;
    throw new StudyProblem(`${error.message} Wait for it, or write to another folder: -o DIR.`);
  }
}
