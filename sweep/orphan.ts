import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { writeAtomically } from "../runtime/runs/atomic.js";
import { isAlive } from "../runtime/runs/alive.js";

const fileName = "trainer.pid";
/** Milliseconds that a trainer gets to notice that its sweep is gone, and to make its last checkpoint. */
const grace = 20_000;

/** Notes which process trains in a run's folder. */
export async function noteTrainer(folder: string, pid: number): Promise<void> {
  await writeAtomically(join(folder, fileName), `${pid}\n`);
}

/** It has ended. */
export async function forgetTrainer(folder: string): Promise<void> {
  await rm(join(folder, fileName), { force: true });
}

/**
 * Waits for the trainer of a sweep that was killed: it ends by itself, and two of them must not write into one folder. One that doesn't end is killed, where it is
 * certain that it is that one.
 */
export async function awaitOrphan(folder: string, signal: AbortSignal): Promise<void> {
  const text = await readFile(join(folder, fileName), "utf8").catch(() => "");
  const pid = Number(text);
  if (!(pid > 0)) return;
  const until = performance.now() + grace;
  while (isAlive(pid) && performance.now() < until && !signal.aborted) await wait(100);
  if (isAlive(pid) && (await commandOf(pid)).includes(folder)) process.kill(pid, "SIGKILL");
  await forgetTrainer(folder);
}

/** The command line of a process, where the system tells it. */
function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
}
