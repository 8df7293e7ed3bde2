import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { readFile } from "node:fs/promises";
import { lock } from "proper-lockfile";
import { writeAtomically } from "../runtime/runs/atomic.js";
import { SweepProblem } from "./problem.js";

/** Milliseconds without a sign of life after which a lock is that of a process that died. */
const stale = 10_000;

/**
 * Keeps a folder to one sweep. The lock of a sweep that was killed goes stale after ten seconds, on whatever machine it ran: the
 * next one waits for that.
 * @param lost is told when another process took the lock, because this one showed no sign of life
 * @returns what gives it back
 * @throws SweepProblem when another sweep works in the folder
 */
export async function lockFolder(
  folder: string,
  { signal, onWait, lost }: { signal: AbortSignal; onWait(): void; lost(): void },
): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const holder = join(folder, "sweep.lock.json");
  const until = performance.now() + stale + 2000;
  for (let told = false; ;) {
    try {
      const release = await lock(folder, {
        lockfilePath: join(folder, "sweep.lock"),
        stale,
        update: 2000,
        onCompromised: lost,
      });
      const about = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
      await writeAtomically(holder, `${JSON.stringify(about)}\n`);
      return release;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
      if (performance.now() > until || signal.aborted || (await holderIsAlive(holder)))
        throw new SweepProblem(
          `${folder}: another sweep works here (${await holderText(holder)}). Wait for it, or sweep into another folder: -o DIR.`,
        );
      if (!told) onWait();
      told = true;
      await wait(500);
    }
  }
}

interface Holder {
  pid: number;
  host: string;
  since: string;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Holder);
}

/** True when the process that holds the lock is known to run on this machine: then there is nothing to wait for. */
async function holderIsAlive(path: string): Promise<boolean> {
  const holder = await readHolder(path);
  if (holder === undefined || holder.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function holderText(path: string): Promise<string> {
  const holder = await readHolder(path);
  return holder === undefined
    ? "it doesn't say which"
    : `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
}
