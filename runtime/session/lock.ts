import { lockFolder, type FolderLock } from "../runs/lock.js";
import { removeTemporaryFiles } from "../runs/temporary.js";

/** Milliseconds without a sign of life from another machine: a step of learning may keep a process busy. */
const stale = 60_000;
/** Milliseconds that a run whose command was killed gets to make its last checkpoint. */
const patience = 5_000;

/** The folder of a run was taken away while it was written. */
export class RunLost extends Error {
  override name = "RunLost";
}

/** Keeps a run's folder to one process. */
export class RunLock {
  /** True when it is another process's now, or gone. */
  lost = false;
  private held: FolderLock | undefined;
  private tell: ((reason: RunLost) => void) | undefined;

  private constructor(private readonly folder: string) {}

  /**
   * Takes the folder, makes it where there is none, and removes what a process that was killed had begun to write.
   * @throws FolderBusy when another process works there; WriteError when nothing can be written
   */
  static async take(folder: string, { quiet }: { quiet: boolean }): Promise<RunLock> {
    const own = new RunLock(folder);
    own.held = await lockFolder(folder, {
      ...{ name: "run", stale, patience },
      onWait: () =>
        quiet || process.stderr.write(`${folder}: a run was here; waiting until its lock is stale\n`),
      lost: () => own.lose(),
    });
    await removeTemporaryFiles(folder);
    return own;
  }

  /** @param tell what is to be called when the folder is lost */
  onLost(tell: (reason: RunLost) => void): void {
    this.tell = tell;
    if (this.lost) this.lose();
  }

  async release(): Promise<void> {
    await this.held?.release();
  }

  private lose(): void {
    this.lost = true;
    this.tell?.(
      new RunLost(
        `${this.folder} was removed, or another process took it over: nothing more is written there. Train anew.`,
      ),
    );
  }
}
