import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { cli, mmspec } from "../cli.js";
import { outcomes, sameRun, sweepArgs, type Whole } from "./attacked.js";
import { leftovers } from "./intact.js";

/** A fault that is injected once. */
export interface Fault {
  name: string;
  /** How it should end, and what should be said. */
  wants: { code: number | null; said: RegExp };
  /** It mounts a small disk, which only root may do. */
  root?: boolean;
  inject(folder: string, whole: Whole): Promise<Found>;
}

export interface Found {
  code: number | null;
  said: string;
  /** What isn't as it was before, or doesn't come to what it would have come to. */
  lost: string[];
}

const engine = ["--engine", "cpu"];

/** A command to its end. @returns the part of what it said that matters */
export function call(folder: string, ...args: string[]): { code: number | null; said: string } {
  const { code, err } = mmspec(folder, ...args);
  return { code, said: important(err) };
}

function important(err: string): string {
  const lines = err.trim().split("\n");
  return lines
    .filter((line) => line !== "" && !/^(engine|resume|workers) +|epoch \d+\/\d+|took [\d.]+ s/.test(line))
    .join(" ");
}

/** Runs something with a disk of its own, of so many kilobytes. */
async function onDisk<T>(folder: string, kilobytes: number, use: (disk: string) => Promise<T>): Promise<T> {
  const disk = join(folder, "disk");
  mkdirSync(disk, { recursive: true });
  mount("-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", disk);
  try {
    return await use(disk);
  } finally {
    spawnSync("umount", ["-l", disk]);
  }
}

function mount(...args: string[]): void {
  const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`mount: ${stderr}`);
}

/** Whether small disks can be mounted here. */
export function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const place = "/tmp/mmspec-can-mount";
  mkdirSync(place, { recursive: true });
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", place]).status !== 0) return false;
  return spawnSync("umount", ["-l", place]).status === 0;
}

/** Takes what is left of a disk. */
function fill(disk: string): void {
  spawnSync("sh", ["-c", 'cat /dev/zero > "$0"/filler', disk]);
}

/** Starts a command, waits until something is there, and does something. */
export async function during(
  folder: string,
  args: string[],
  isThere: () => boolean,
  act: (pid: number) => void | Promise<void>,
): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    detached: true,
    env: { ...process.env, NO_COLOR: "1", MMSPEC_WORKERS: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let err = "";
  child.stdout.resume();
  child.stderr.on("data", (part: Buffer) => (err += part.toString()));
  const ended = new Promise<number | null>((end) => child.once("close", (code) => end(code)));
  let over = false;
  void ended.then(() => (over = true));
  while (!isThere() && !over) await wait(10);
  if (!over) await act(child.pid as number);
  return { code: await ended, said: important(err) };
}

/** Puts a run that paused, or another one, into a folder. */
function begin(folder: string, run: string, whole: Whole): void {
  mkdirSync(folder, { recursive: true });
  cpSync(join(whole.folder, "s.mmspec"), join(folder, "s.mmspec"));
  cpSync(run, join(folder, "run"), { recursive: true });
}

/** Goes on with a run, and says where it comes to something else than undisturbed. */
async function goOn(folder: string, run: string, whole: Whole): Promise<string[]> {
  const { code, said } = call(folder, "resume", run);
  if (code !== 0) return [`resume ends with ${code}: ${said}`];
  return [...(await sameRun(join(folder, run), whole.run)), ...leftovers(join(folder, run))];
}

/** A run that learns until it is stopped. */
function longRun(folder: string, whole: Whole): string {
  mkdirSync(folder, { recursive: true });
  const source = readFileSync(join(whole.folder, "s.mmspec"), "utf8");
  writeFileSync(join(folder, "long.mmspec"), source.replace("epochs 2 ", "epochs 100000 "));
  const { code, said } = call(folder, "compile", "long.mmspec", "-o", "run/trainer");
  if (code !== 0) throw new Error(said);
  writeFileSync(join(folder, "run", "run.json"), readFileSync(join(whole.paused, "run.json")));
  return join(folder, "run");
}

/** Flips a bit at so many parts of a file. */
export function flipped(bytes: Buffer, part: number): Buffer {
  const damaged = Buffer.from(bytes);
  const at = Math.floor((damaged.length - 1) * part);
  damaged[at] = (damaged[at] as number) ^ 16;
  return damaged;
}

/** Faults of the disk, of folders and of a run's own files. */
export const faults: readonly Fault[] = [
  {
    name: "the disk is full while a run goes on",
    wants: { code: 3, said: /run.*: it can't be written: the disk is full \(ENOSPC\)/ },
    root: true,
    inject: (folder, whole) =>
      onDisk(folder, 2000, async (disk) => {
        begin(disk, whole.paused, whole);
        fill(disk);
        const found = call(disk, "resume", "run", ...["--checkpoint-every", "0"]);
        rmSync(join(disk, "filler"));
        return { ...found, lost: await goOn(disk, "run", whole) };
      }),
  },
  {
    name: "the disk is full while predictions are written",
    wants: { code: 3, said: /said\.parquet: it can't be written: the disk is full/ },
    root: true,
    inject: (folder, whole) =>
      onDisk(folder, 400, async (disk) => {
        cpSync(join(whole.folder, "said.parquet"), join(disk, "said.parquet"));
        fill(disk);
        const found = call(
          whole.folder,
          "predict",
          whole.run,
          "new.jsonl",
          "-o",
          join(disk, "said.parquet"),
          ...engine,
        );
        const same = readFileSync(join(disk, "said.parquet")).equals(
          readFileSync(join(whole.folder, "said.parquet")),
        );
        return { ...found, lost: [...(same ? [] : ["said.parquet"]), ...leftovers(disk)] };
      }),
  },
  {
    name: "the disk is full while a sweep goes on",
    wants: { code: 3, said: /ENOSPC|disk is full/ },
    root: true,
    inject: (folder, whole) =>
      onDisk(folder, 250, async (disk) => {
        cpSync(join(whole.folder, "s.mmspec"), join(disk, "s.mmspec"));
        const found = call(disk, ...sweepArgs, ...engine);
        mount("-o", "remount,size=20000k", disk);
        const again = call(disk, ...sweepArgs, ...engine, "--retry-failed");
        const same = outcomes(join(disk, "swept")) === outcomes(join(whole.folder, "swept"));
        return {
          ...found,
          lost: [...(again.code === 0 ? [] : [again.said]), ...(same ? [] : ["journal.jsonl"])],
        };
      }),
  },
  {
    name: "the disk is for reading alone",
    wants: { code: 3, said: /run.*: it can't be written: the disk is mounted for reading alone/ },
    root: true,
    inject: (folder, whole) =>
      onDisk(folder, 2000, async (disk) => {
        begin(disk, whole.paused, whole);
        mount("-o", "remount,ro", disk);
        const found = call(disk, "resume", "run");
        mount("-o", "remount,rw", disk);
        return { ...found, lost: await goOn(disk, "run", whole) };
      }),
  },
  {
    name: "the run's folder is removed while it learns",
    wants: { code: 3, said: /run.* (was removed|its folder isn't there)/ },
    async inject(folder, whole) {
      const run = longRun(folder, whole);
      const there = () => existsSync(join(run, "checkpoint.safetensors"));
      const found = await during(folder, ["resume", "run", "--checkpoint-every", "0"], there, () =>
        rmSync(run, { recursive: true, force: true, maxRetries: 5 }),
      );
      return { ...found, lost: [] };
    },
  },
  {
    name: "two runs into one folder",
    wants: { code: 1, said: /another run works here \(process \d+/ },
    async inject(folder, whole) {
      const run = longRun(folder, whole);
      let second: { code: number | null; said: string } | undefined;
      const there = () => existsSync(join(run, "checkpoint.safetensors"));
      const first = await during(folder, ["resume", "run", "--checkpoint-every", "0"], there, (pid) => {
        second = call(folder, "resume", "run");
        process.kill(pid, "SIGTERM");
      });
      const lost =
        first.code === 130 ? leftovers(run) : [`the first one ends with ${first.code}: ${first.said}`];
      return { ...(second ?? first), lost };
    },
  },
  ...(["SIGINT", "SIGTERM"] as const).map((signal): Fault => ({
    name: signal === "SIGINT" ? "Ctrl-C" : "SIGTERM",
    wants: { code: 130, said: /Interrupted\. `mmspec resume .*` goes on/ },
    async inject(folder, whole) {
      begin(folder, whole.paused, whole);
      const source = join(folder, "run", "run.lock.json");
      const args = ["resume", "run", "--checkpoint-every", "0"];
      // A terminal sends Ctrl-C to all processes.
      const found = await during(
        folder,
        args,
        () => existsSync(source),
        async (pid) => {
          while (existsSync(source) && !/running/.test(readFileSync(join(folder, "run", "run.json"), "utf8")))
            await wait(5);
          process.kill(signal === "SIGINT" ? -pid : pid, signal);
        },
      );
      return { ...found, lost: await goOn(folder, "run", whole) };
    },
  })),
  {
    name: "nobody reads what `predict` prints",
    wants: { code: 0, said: /^$/ },
    async inject(folder, whole) {
      mkdirSync(folder, { recursive: true });
      const command = `"${process.execPath}" "${cli}" predict "${whole.run}" new.jsonl --engine cpu --quiet --block 8 | head -n 1 > /dev/null; exit \${PIPESTATUS[0]}`;
      const { status, stderr } = spawnSync("bash", ["-c", command], { cwd: whole.folder, encoding: "utf8" });
      return { code: status, said: important(stderr), lost: leftovers(whole.run) };
    },
  },
  {
    name: "a checkpoint cut off, and with a flipped bit, at each twentieth",
    wants: {
      code: 1,
      said: /checkpoint\.safetensors is damaged \(.*\)\. Train anew, or put back a copy of it/,
    },
    async inject(folder, whole) {
      begin(folder, whole.paused, whole);
      const { loadCheckpoint } = await import("../../../runtime/runs/checkpoint.js");
      const path = join(folder, "run", "checkpoint.safetensors");
      const bytes = readFileSync(path);
      const lost: string[] = [];
      for (let part = 0; part < 1; part += 1 / 20)
        for (const damaged of [bytes.subarray(0, bytes.length * part), flipped(bytes, part)]) {
          writeFileSync(path, damaged);
          const error = await loadCheckpoint(join(folder, "run")).then(
            () => undefined,
            (each: Error) => each,
          );
          if (error?.name !== "CheckpointError") lost.push(`${part}: ${error?.message}`);
        }
      const found = call(folder, "resume", "run");
      writeFileSync(path, bytes);
      return { ...found, lost: [...lost, ...(await goOn(folder, "run", whole))] };
    },
  },
  {
    name: "a checkpoint of another spec",
    wants: { code: 1, said: /can't be resumed: .*Put that back as it was, or train anew/ },
    async inject(folder, whole) {
      begin(folder, whole.paused, whole);
      const source = readFileSync(join(folder, "s.mmspec"), "utf8");
      writeFileSync(join(folder, "other.mmspec"), source.replaceAll("mlp(16)", "mlp(8)"));
      cpSync(join(folder, "run", "trainer"), join(folder, "trainer"), { recursive: true });
      call(folder, "compile", "other.mmspec", "-o", "run/trainer");
      const found = call(folder, "resume", "run");
      rmSync(join(folder, "run", "trainer"), { recursive: true });
      cpSync(join(folder, "trainer"), join(folder, "run", "trainer"), { recursive: true });
      return { ...found, lost: await goOn(folder, "run", whole) };
    },
  },
  {
    name: "half of run.json",
    wants: { code: 1, said: /run\.json/ },
    async inject(folder, whole) {
      begin(folder, whole.paused, whole);
      const path = join(folder, "run", "run.json");
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.subarray(0, bytes.length / 2));
      const found = call(folder, "resume", "run");
      writeFileSync(path, bytes);
      return { ...found, lost: await goOn(folder, "run", whole) };
    },
  },
  {
    name: "weights.bin with a flipped bit",
    wants: { code: 1, said: /weights\.bin is not what weights\.json describes/ },
    async inject(folder, whole) {
      begin(folder, whole.run, whole);
      const path = join(folder, "run", "weights.bin");
      writeFileSync(path, flipped(readFileSync(path), 0.5));
      const found = call(folder, "evaluate", "run");
      const same = readFileSync(join(folder, "run", "metrics.json")).equals(
        readFileSync(join(whole.run, "metrics.json")),
      );
      return { ...found, lost: same ? [] : ["metrics.json"] };
    },
  },
];
