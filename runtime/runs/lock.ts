import { readFileSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { isAlive } from "./alive.js";
import { writeAtomically } from "./atomic.js";
import { asWriting } from "./write-error.js";

export interface LockOptions {
  /** What works in the folder: `sweep`. The lock is called by it. */
  name: string;
  /** Milliseconds without a sign of life after which a lock is that of a process that died, on whatever machine it ran. */
  stale?: number;
  /** Milliseconds to wait for a process that is known to run: one whose command was killed ends by itself soon. */
  patience?: number;
  signal?: AbortSignal;
  /** Somebody else is there; it is waited for. */
  onWait?(): void;
  /** Another process took the lock, because this one showed no sign of life, or the folder is gone. */
  lost(): void;
}

export interface FolderLock {
  /** Gives it back. */
  release(): Promise<void>;
}

/** Another process works in the folder. */
export class FolderBusy extends Error {
  override name = "FolderBusy";

  constructor(
    readonly folder: string,
    /** `process 12 on host, since ...` */
    readonly holder: string,
    what: string,
  ) {
    super(`${folder}: another ${what} works here (${holder}).`);
  }
}

/** The same as `stale` where the process is known to be gone; the least that proper-lockfile knows. */
const staleOfDead = 2_000;
/** A process of this machine that is known to run keeps its lock however long it is busy. */
const staleOfLiving = 7 * 24 * 3600 * 1000;

/**
 * Keeps a folder to one process. The lock of one that was killed goes stale: the next one waits for that, or two seconds where it sees that the process is gone.
 * @throws FolderBusy when another one works in the folder; WriteError when nothing can be written there
 */
export async function lockFolder(folder: string, options: LockOptions): Promise<FolderLock> {
  const { name, stale = 10_000, patience = 0, signal, onWait, lost } = options;
  await asWriting(folder, mkdir(folder, { recursive: true }));
  const path = join(folder, `${name}.lock.json`);
  const begin = performance.now();
  for (let told = false; ; told = true) {
    const holder = await readHolder(path);
    const life = lifeOf(holder);
    try {
      const release = await lock(folder, {
        lockfilePath: join(folder, `${name}.lock`),
        stale: life === "gone" ? staleOfDead : life === "alive" ? staleOfLiving : stale,
        update: 1000,
        onCompromised: lost,
      });
      const own: Holder = {
        pid: process.pid,
        host: hostname(),
        since: new Date().toISOString(),
        ...(startOf(process.pid) !== undefined && { start: startOf(process.pid) }),
      };
      await writeAtomically(path, `${JSON.stringify(own)}\n`);
      return {
        async release() {
          await rm(path, { force: true }).catch(() => undefined);
          await release().catch(() => undefined);
        },
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
      const until = begin + (life === "alive" ? patience : stale + 2000);
      if (performance.now() >= until || signal?.aborted === true)
        throw new FolderBusy(folder, holderText(holder), name);
      if (!told) onWait?.();
      await wait(250);
    }
  }
}

interface Holder {
  pid: number;
  host: string;
  since: string;
  /** When the process began, as the system counts: another one may get the same number. */
  start?: string | undefined;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

/** Whether the process that last held the lock still runs; of another machine that isn't known. */
function lifeOf(holder: Holder | undefined): "alive" | "gone" | "unknown" {
  if (holder === undefined || holder.host !== hostname()) return "unknown";
  return isAlive(holder.pid) && holder.start === startOf(holder.pid) ? "alive" : "gone";
}

/** Clock ticks from the machine's start to the process's, where the system tells (proc(5): field 22 of stat). */
function startOf(pid: number): string | undefined {
  try {
    // The second field is the program's name in brackets, which may have anything in it.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19];
  } catch {
    return undefined;
  }
}

function holderText(holder: Holder | undefined): string {
  return holder === undefined
    ? "it doesn't say which"
    : `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
}
