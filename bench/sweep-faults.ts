/**
 * Kills workers, the sweep and Redis at random moments of a sweep over a queue, every 6 to 18 seconds, until it is done; then compares what came of it with a sweep that was
 * left alone. Prints the table of docs/reliability.md.
 * Usage: npm run build, then npx tsx bench/sweep-faults.ts [ROUNDS] [SEED]; it needs redis-server.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Random } from "../runtime/data/random.js";
import { RedisServer } from "../test/support/redis.js";
import { spec } from "../test/support/specs.js";

const [rounds = 2, seed = 1] = process.argv.slice(2).map(Number);
const random = new Random(seed);
const cli = resolve("dist/cli/main.js");
const environment = { ...process.env, MMSPEC_ENGINE: process.env.MMSPEC_ENGINE ?? "wasm" };

/** Nine variants, of which three fail. */
const source = `${spec({
  train: "train { paradigm joint optimizer adam(lr: 1e-2) epochs 9 batch 8 seed 3 }",
  data: "from synthetic(redundancy: 1, samples: 3000, noise: 0.3, seed: 2)\n  split 0.6 train, 0.2 validation, 0.2 test seed 1",
})}
variants of Test {
  vary Left.mlp.units in [4, 8, 16]
  vary train.optimizer in [adam(lr: 1e-2), adam(lr: 1e-3), sgd(lr: 1e30)]
}
`;

const folder = mkdtempSync(join(tmpdir(), "mmspec-faults-"));
writeFileSync(join(folder, "faults.mmspec"), source);
const start = (...args: string[]) =>
  spawn(process.execPath, [cli, ...args], { cwd: folder, env: environment, stdio: "ignore" });
const ended = (child: ChildProcess) =>
  child.exitCode ?? child.signalCode ?? new Promise((done) => child.once("exit", done));
const kill = async (child: ChildProcess) => {
  child.kill("SIGKILL");
  await ended(child);
};

interface Line {
  type: string;
  key: string;
}

/** Outcomes of a sweep's journal by their keys, without what the clock decides; how many lines there are. */
function outcomesOf(out: string): { byKey: Map<string, string>; lines: number } {
  const text = readFileSync(join(folder, out, "journal.jsonl"), "utf8").trim();
  const lines = text.split("\n").map((line) => JSON.parse(line) as Line);
  const outcomes = lines.filter(({ type }) => type === "outcome");
  const plain = (line: Line) => JSON.stringify({ ...line, seconds: undefined });
  return { byKey: new Map(outcomes.map((line) => [line.key, plain(line)])), lines: outcomes.length };
}

const grid = ["sweep", "faults.mmspec", "--scheduler", "grid"];
await ended(start(...grid, "-o", "alone"));
const alone = outcomesOf("alone");

type Fault = "worker" | "sweep" | "redis";
const faults: Record<Fault, { injected: number; lost: number; twice: number; other: number }> = {
  worker: { injected: 0, lost: 0, twice: 0, other: 0 },
  sweep: { injected: 0, lost: 0, twice: 0, other: 0 },
  redis: { injected: 0, lost: 0, twice: 0, other: 0 },
};

async function round(fault: Fault, number: number): Promise<void> {
  const redis = await RedisServer.start();
  const queue = ["--queue", `redis://127.0.0.1:${redis.port}`];
  const worker = () =>
    start("worker", ...queue, "--jobs", "1", "--lease", "3", "--checkpoint-every", "0", "--work", "work");
  const out = `${fault}-${number}`;
  const sweep = () => start(...grid, ...queue, "-o", out);
  const workers = [worker(), worker()];
  let running = sweep();
  let done = false;
  const watch = async () => {
    for (;;) {
      const current = running;
      const code = await ended(current);
      if (code === 0) break;
      // A person would start it again.
      if (running === current) running = sweep();
    }
    done = true;
  };
  const watching = watch();
  for (;;) {
    await Promise.race([watching, wait(6000 + 12_000 * random.uniform())]);
    if (done) break;
    faults[fault].injected++;
    if (fault === "worker") {
      const at = random.integer(2);
      await kill(workers[at] as ChildProcess);
      workers[at] = worker();
    } else if (fault === "sweep") {
      await kill(running);
    } else {
      await redis.kill();
      await wait(1000 * random.uniform());
      await redis.start();
    }
  }
  await Promise.all(workers.map(kill));
  await redis.kill();
  const { byKey, lines } = outcomesOf(out);
  for (const [key, line] of alone.byKey) {
    if (!byKey.has(key)) faults[fault].lost++;
    else if (byKey.get(key) !== line) faults[fault].other++;
  }
  faults[fault].twice += lines - byKey.size;
}

for (let number = 1; number <= rounds; number++)
  for (const fault of Object.keys(faults) as Fault[]) await round(fault, number);

console.log(`${rounds} sweeps of ${alone.byKey.size} results each for each kind of fault, two workers`);
console.log("| killed with SIGKILL | times | results lost | counted twice | with other numbers |");
console.log("| --- | --- | --- | --- | --- |");
for (const [fault, { injected, lost, twice, other }] of Object.entries(faults))
  console.log(`| ${fault} | ${injected} | ${lost} | ${twice} | ${other} |`);
