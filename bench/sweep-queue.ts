/**
 * How many results a second a sweep takes in: its own part (scheduler, journal on this disk), and through a queue on this machine, with workers that answer at once and
 * specs of a usual size. docs/scaling.md reckons with it. Usage: npx tsx bench/sweep-queue.ts [VARIANTS]; it needs redis-server.
 */
import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "bullmq";
import { Journal } from "../sweep/journal.js";
import type { Outcome } from "../sweep/outcome.js";
import { connect, QueueExecutor, redisStorage } from "../sweep/queue/index.js";
import { queueName, type JobMessage } from "../sweep/queue/messages.js";
import { runSweep, type Executor } from "../sweep/run.js";
import { createScheduler } from "../sweep/schedulers/index.js";
import { SweepState } from "../sweep/state.js";
import type { Job, Trial } from "../sweep/trial.js";
import { RedisServer } from "../test/support/redis.js";

const count = Number(process.argv[2] ?? 3000);
const spec = readFileSync("examples/digits.mmspec", "utf8");
const trials = Array.from({ length: count }, (_, i): Trial => ({
  ...{ name: `variant-${i}`, choices: {}, spec, parameters: i, flops: i },
  epochs: { before: 0, last: 27 },
}));

function answer({ key, trial, seed, rung, from, epochs }: Omit<Job, "trial"> & { trial: string }): Outcome {
  const accuracy = (Number(trial.split("-")[1]) * 0.618) % 1;
  return {
    ...{ key, trial, seed, rung, epochs, learned: epochs - from, status: "done", seconds: 0 },
    validation: { accuracy, macro_f1: accuracy },
  };
}

async function measure(name: string, executorIn: (folder: string) => Promise<Executor>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mmspec-bench-"));
  const journal = await Journal.open(join(folder, "journal.jsonl"));
  const rungs = { count: 4, eta: 3 };
  const scheduler = createScheduler("asha", { count, rungs: rungs.count, eta: rungs.eta, seed: 1 });
  const state = new SweepState(
    { trials, seeds: [1], metric: { name: "accuracy", larger: true }, rungs },
    scheduler,
  );
  const executor = await executorIn(folder);
  const begin = performance.now();
  await runSweep({ state, journal, executor, listeners: [], signal: new AbortController().signal });
  const seconds = (performance.now() - begin) / 1000;
  await journal.close();
  const results = state.outcomes.size;
  const bytes = statSync(join(folder, "journal.jsonl")).size / results;
  console.log(
    `${name}: ${results} results, ${Math.round(results / seconds)} a second, ${Math.round(bytes)} bytes of journal each`,
  );
}

const slots = 64;
await measure("own part", async () => ({
  capacity: () => slots,
  run: async ({ trial, ...job }) => answer({ ...job, trial: trial.name }),
}));

const server = await RedisServer.start();
const { redis, settings, disconnect } = await connect(
  { url: `redis://127.0.0.1:${server.port}` },
  console.log,
);
const take = async ({ data }: { data: JobMessage }) => answer(data);
const worker = new Worker<JobMessage, Outcome>(queueName, take, { connection: settings, concurrency: slots });
let executor: QueueExecutor | undefined;
await measure("through a queue", async (folder) => {
  executor = await QueueExecutor.open({
    ...{ folder, redis, settings, storage: redisStorage(redis), model: "Digits", files: [] },
    ...{ imports: new Map(), customFiles: new Map(), onEpoch: () => undefined, say: () => undefined },
  });
  const { run, settled } = executor;
  return { capacity: () => slots, run: run.bind(executor), settled: settled.bind(executor) };
});
await executor?.close();
await worker.close();
disconnect();
await server.kill();
