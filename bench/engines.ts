/**
 * Samples a second of learning, of what mmspec generates on each engine, of plain TensorFlow.js and of PyTorch: the same architectures, batches and optimizer.
 * `npx tsx bench/engines.ts [--models mlp,dmil] [--rounds 7] [--seconds 1.5] [--without cpu] [--write]`. All take turns in one run; medians and
 * their ratios; `--write` puts them into docs/performance.md. PyTorch is Debian's (`apt-get install python3-torch`) or that of the python that MMSPEC_PYTHON names.
 */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { surveyEngines } from "../runtime/index.js";
import { models, type BenchModel } from "./engines/models.js";
import type { Reply, Request, Timing } from "./engines/protocol.js";

const { values: options } = parseArgs({
  options: {
    models: { type: "string", default: models.map(({ name }) => name).join(",") },
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "1.5" },
    without: { type: "string", default: "none" },
    write: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);

/** Something that learns, in a process of its own. */
interface Rival {
  name: string;
  command: string[];
  env?: Record<string, string>;
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const typescript = (path: string, ...args: string[]) => [
  process.execPath,
  "--import",
  import.meta.resolve("tsx"),
  file(path),
  ...args,
];

const survey = await surveyEngines();
const others = survey.filter(
  ({ name, available, software }) => available && software !== true && name !== "wasm",
);
const all: Rival[] = [
  { name: "mmspec, wasm", command: typescript("engines/ours.ts", "wasm", "1") },
  { name: "mmspec, wasm, 2 workers", command: typescript("engines/ours.ts", "wasm", "2") },
  { name: "by hand, the same wasm", command: typescript("engines/plain.ts", "wasm", "corrected") },
  { name: "TensorFlow.js as published, wasm", command: typescript("engines/plain.ts", "wasm") },
  ...others.map(({ name }) => ({
    name: `mmspec, ${name}`,
    command: typescript("engines/ours.ts", name, "1"),
  })),
  ...[1, 2].map((threads) => ({
    name: `PyTorch, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    command: [process.env.MMSPEC_PYTHON ?? "/usr/bin/python3", file("torch/models.py"), String(threads)],
    env: { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) },
  })),
];

const rivals = all.filter(({ name }) => !options.without.split(",").some((part) => name.includes(part)));

/** A process that is asked over and over. */
class Learner {
  private readonly lines: AsyncIterator<string>;
  private readonly child;

  constructor({ command: [program = "", ...args], env }: Rival) {
    this.child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"], env: { ...process.env, ...env } });
    this.child.on("error", () => undefined);
    this.child.stdin.on("error", () => undefined);
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Undefined when it isn't there or has ended. */
  async begun(): Promise<Record<string, unknown> | undefined> {
    const { value, done } = await this.lines.next();
    return done ? undefined : (JSON.parse(value) as Record<string, unknown>);
  }

  async ask(request: Request): Promise<Reply> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.lines.next();
    return done ? { reason: "it ended" } : (JSON.parse(value) as Reply);
  }

  end(): void {
    this.child.stdin.end();
  }
}

interface Found {
  rival: string;
  /** Samples a second. */
  rate?: number;
  /** Samples a second of the processor: of all threads together, and of the one that computes longest. */
  processor?: number;
  busiest?: number;
  reason?: string;
}

const median = (values: number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] as number) +
      (sorted[Math.ceil((sorted.length - 1) / 2)] as number)) /
    2
  );
};

async function time(model: BenchModel): Promise<Found[]> {
  const { batch, name } = model;
  const learners = rivals.map((rival) => ({ name: rival.name, learner: new Learner(rival) }));
  const there: { name: string; learner: Learner; steps: number; timings: Timing[] }[] = [];
  const missing: Found[] = [];
  for (const { name: rival, learner } of learners) {
    const miss = (reason: string) => missing.push({ rival, reason });
    if ((await learner.begun()) === undefined) {
      miss("not installed");
      continue;
    }
    // Twice: the first time also compiles.
    let first = await learner.ask({ model: name, batch, steps: 1 });
    if (!("reason" in first)) first = await learner.ask({ model: name, batch, steps: 2 });
    if ("reason" in first) {
      const kernel = /Kernel '(\w+)' not registered/.exec(first.reason)?.[1];
      miss(kernel === undefined ? first.reason : `can't: no ${kernel}`);
      learner.end();
      continue;
    }
    const steps = Math.max(
      1,
      Math.min(500, Math.round((2 * Number(options.seconds)) / (first.busiest ?? first.processor))),
    );
    there.push({ name: rival, learner, steps, timings: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { learner, steps, timings } of there) {
      const said = await learner.ask({ model: name, batch, steps });
      if (!("reason" in said)) timings.push(said);
    }
    process.stderr.write(`${name}: round ${round + 1} of ${rounds}\n`);
  }
  for (const { learner } of there) learner.end();
  const found = there.map(({ name: rival, steps, timings }): Found => {
    const samples = steps * batch;
    const rate = (seconds: (timing: Timing) => number) =>
      median(timings.map((timing) => samples / seconds(timing)));
    return {
      rival,
      rate: rate(({ seconds }) => seconds),
      processor: rate(({ processor }) => processor),
      busiest: rate(({ busiest, processor }) => busiest ?? processor),
    };
  });
  return rivals.map(({ name }) => [...found, ...missing].find(({ rival }) => rival === name) as Found);
}

const whole = (value: number | undefined) =>
  value === undefined ? "" : Math.round(value).toLocaleString("en");

function table(model: BenchModel, found: readonly Found[]): string {
  const own = found.find(({ rival }) => rival === "mmspec, wasm") as Found;
  const ratio = (value: number | undefined, to: number | undefined) =>
    value === undefined || to === undefined ? "" : (value / to).toFixed(2);
  const lines = found.map(({ rival, rate, processor, busiest, reason }) =>
    reason !== undefined
      ? `| ${rival} | ${reason} | | | | |`
      : `| ${rival} | ${whole(rate)} | ${ratio(rate, own.rate)} | ${whole(processor)} | ${ratio(processor, own.processor)} | ${rival.includes("workers") ? whole(busiest) : ""} |`,
  );
  return [
    `### ${model.name}: ${model.what}`,
    "",
    "| | samples / s | ratio | samples / s of the processor | ratio | of its busiest thread |",
    "| --- | --: | --: | --: | --: | --: |",
    ...lines,
    "",
  ].join("\n");
}

const tables: string[] = [];
for (const name of options.models.split(",")) {
  const model = models.find((one) => one.name === name);
  if (model === undefined)
    throw new Error(`There is no model ${name}: ${models.map((one) => one.name).join(", ")}.`);
  const text = table(model, await time(model));
  process.stdout.write(`${text}\n`);
  tables.push(text);
}
if (options.write) {
  const about = `Measured on ${availableParallelism()} cores under a load of ${loadavg()[1]?.toFixed(0)}; ${rounds} rounds in turns, medians.`;
  const page = file("../docs/performance.md");
  const [before = "", , after = ""] = readFileSync(page, "utf8").split(
    /<!-- (?:begin|end) of what the bench writes -->\n/,
  );
  const written = [
    before,
    "<!-- begin of what the bench writes -->\n",
    `\n${about}\n\n${tables.join("\n")}\n`,
    "<!-- end of what the bench writes -->\n",
    after,
  ];
  const { format } = await import("prettier");
  writeFileSync(page, await format(written.join(""), { parser: "markdown", printWidth: 110 }));
}
process.exit(0);
