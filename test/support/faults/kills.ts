import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Random } from "../../../runtime/data/random.js";
import { cli } from "../cli.js";
import type { Attacked, Whole } from "./attacked.js";
import { damages, filesIn, leftovers } from "./intact.js";

/** What is killed: the command and all that it started, the command alone, or the process that computes for it. */
const victims = ["all", "command", "script"] as const;
type Victim = (typeof victims)[number];

/** What was found in the rounds of a command. */
export interface Tally {
  kills: number;
  /** Files under their own names that were no whole files after a kill. */
  damaged: string[];
  /** Ends that aren't those of a command that was left alone. */
  other: string[];
  /** Half-written files and locks that were there after the next call had ended. */
  left: string[];
  /** Calls after a kill that neither went on nor said clearly why not. */
  unclear: string[];
}

export const emptyTally = (): Tally => ({ kills: 0, damaged: [], other: [], left: [], unclear: [] });

/** Seconds that each command takes undisturbed, about. */
const takes = new Map<string, number>();

/**
 * Kills a command at random moments, so many times in a row; after each time all files that are there must be whole. Then lets it come to its end, and looks at what it came to.
 */
export async function round(
  command: Attacked,
  { folder, whole, kills, random }: { folder: string; whole: Whole; kills: number; random: Random },
): Promise<Tally> {
  const tally = emptyTally();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  command.begin(folder, whole);
  const before = new Map(command.kept?.map((name) => [name, readFileSync(join(folder, name))]));
  for (let tries = 0; tally.kills < kills && tries < 4 * kills; tries++) {
    const victim = victims[random.integer(victims.length)] as Victim;
    const most = takes.get(command.name) ?? 4000;
    const { killed, args, milliseconds } = await run(command, folder, victim, random.uniform() * most);
    if (!killed) {
      // It was faster than was thought.
      takes.set(command.name, milliseconds);
      continue;
    }
    tally.kills++;
    const told = (what: string) => `${args.join(" ")} (${victim} after ${milliseconds} ms): ${what}`;
    tally.damaged.push(...(await damages(folder)).map(told));
    for (const [name, bytes] of before)
      if (!filesIn(folder).includes(name) || !readFileSync(join(folder, name)).equals(bytes))
        tally.damaged.push(told(`${name} is other than before`));
  }
  await finish(command, folder, tally);
  tally.other.push(...(await command.compare(folder, whole).catch((error: Error) => [error.message])));
  // A folder that `train` was killed in before there was a run isn't gone on with: it has generated code alone.
  const orphaned = (name: string) =>
    /^runs\/[^/]+\//.test(name) && !filesIn(folder).includes(`${name.split("/", 2).join("/")}/run.json`);
  tally.left.push(...leftovers(folder).filter((name) => !orphaned(name)));
  return tally;
}

/** Calls a command until it has ended well, as a person would. */
async function finish(command: Attacked, folder: string, tally: Tally): Promise<void> {
  for (let tries = 0; tries < 30; tries++) {
    const { code, err, milliseconds, args } = await run(command, folder);
    if (code === 0) {
      takes.set(command.name, milliseconds);
      return;
    }
    // The rest of a command whose first process was killed ends by itself.
    if (/another (run|sweep|variants) works here/.test(err)) await wait(1000);
    else {
      tally.unclear.push(`${args.join(" ")} ended with ${code}: ${err.slice(-400)}`);
      return;
    }
  }
  tally.unclear.push(`${command.next(folder).join(" ")} never got the folder`);
}

async function run(command: Attacked, folder: string, victim?: Victim, after = 0) {
  const args = command.next(folder);
  const begin = performance.now();
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    detached: true,
    env: { ...process.env, NO_COLOR: "1", MMSPEC_ENGINE: "cpu", MMSPEC_WORKERS: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let err = "";
  let killed = false;
  child.stderr.on("data", (part: Buffer) => (err += part.toString()));
  const ended = new Promise<number | null>((end) => child.once("exit", (code) => end(code)));
  const timer =
    victim === undefined
      ? undefined
      : setTimeout(() => {
          killed = kill(child.pid as number, victim);
        }, after);
  const code = await ended;
  clearTimeout(timer);
  return { args, code, err, killed, milliseconds: Math.round(performance.now() - begin) };
}

/** @returns whether there was something to kill */
function kill(pid: number, victim: Victim): boolean {
  try {
    if (victim === "all") process.kill(-pid, "SIGKILL");
    else if (victim === "command") process.kill(pid, "SIGKILL");
    else for (const one of children(pid)) process.kill(one, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

/** The processes that a process started; itself where there is none yet, or the system doesn't tell. */
function children(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return text === "" ? [pid] : text.split(" ").map(Number);
  } catch {
    return [pid];
  }
}
