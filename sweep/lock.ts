import { mkdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { writeAtomically } from "../runtime/runs/atomic.js";
import { isAlive } from "../runtime/runs/alive.js";
import { SweepProblem } from "./problem.js";

/** Milliseconds without a sign of life after which a lock is that of a process that died. */
const stale = 10_000;
/** The same where the process is known to be gone. */
const staleOfDead = 2_000;

/**
 * Keeps a folder to one sweep. The lock of a sweep that was killed goes stale after ten seconds, on whatever machine it ran: the
 * next one waits for that, or two seconds where it sees that the process is gone.
 * @param lost is told when another process took the lock, because this one showed no sign of life
 * @returns what gives it back
 * @throws SweepProblem when another sweep works in the folder
 */
export async function lockFolder(
  folder: string,
  { signal, onWait, lost }: { signal: AbortSignal; onWait(): void; lost(): void },
): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "sweep.lock.json");
  const until = performance.now() + stale + 2000;
  for (let told = false; ; told = true) {
    const holder = await readHolder(path);
    const life = lifeOf(holder);
    try {
      const release = await lock(folder, {
        lockfilePath: join(folder, "sweep.lock"),
        stale: life === "gone" ? staleOfDead : stale,
        update: 1000,
        onCompromised: lost,
      });
      const own: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
      await writeAtomically(path, `${JSON.stringify(own)}\n`);
      return release;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
      if (performance.now() > until || signal.aborted || life === "alive")
        throw new SweepProblem(
          `${folder}: another sweep works here (${holderText(holder)}). Wait for it, or sweep into another folder: -o DIR.`,
        );
      if (!told) onWait();
      await wait(250);
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

/** Whether the process that last held the lock still runs; of another machine that isn't known. */
function lifeOf(holder: Holder | undefined): "alive" | "gone" | "unknown" {
  if (holder === undefined || holder.host !== hostname()) return "unknown";
  return isAlive(holder.pid) ? "alive" : "gone";
}

function holderText(holder: Holder | undefined): string {
  return holder === undefined
    ? "it doesn't say which"
    : `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
}
