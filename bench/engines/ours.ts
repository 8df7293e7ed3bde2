/** Learns with the code that mmspec generates: `ours.ts ENGINE WORKERS`. The threads that share the batches run this file too. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { compile } from "../../compiler/index.js";
import {
  fit,
  openEngine,
  Random,
  type EngineName,
  type Model,
  type Samples,
  type Splits,
  type Stage,
} from "../../runtime/index.js";
import { follow } from "../../runtime/learning/fit.js";
import { Helped, helperOrders, Helpers, orderOf } from "../../runtime/parallel/helpers.js";
import { models, type BenchModel } from "./models.js";
import { serve, type Request, type Timing } from "./protocol.js";

type Inputs = Record<string, never>;

/** Of samples that are as good as any to time with. */
function samplesFor({ inputs, classes, batch }: BenchModel, steps: number): Splits {
  const size = steps * batch;
  const random = new Random(1);
  const filled = (shape: readonly number[]) =>
    Float32Array.from({ length: size * shape.reduce((a, b) => a * b, 1) }, () => random.normal());
  const each = <T>(make: (shape: number[]) => T) =>
    Object.fromEntries(Object.entries(inputs).map(([name, shape]) => [name, make(shape)]));
  const train: Samples = {
    size,
    shapes: inputs,
    inputs: each(filled),
    present: each(() => new Uint8Array(size).fill(1)),
    labels: Int32Array.from({ length: size }, () => random.integer(classes)),
    classes: Array.from({ length: classes }, (_, i) => String(i)),
    index: Int32Array.from({ length: size }, (_, i) => i),
  };
  return { train, test: train };
}

interface Learner {
  model: Model<Inputs>;
  stages(model: Model<Inputs>): Stage<Inputs>[];
}

/** Beside the sources, so that "mmspec/runtime" is found. */
const folder = (model: BenchModel) => resolve(`bench/.engines/${model.name}`);

async function write(model: BenchModel): Promise<void> {
  const { files } = await compile(model.spec, "bench.mmspec");
  mkdirSync(folder(model), { recursive: true });
  for (const { path, text } of files) {
    const runtime = pathToFileURL(resolve("runtime/index.ts")).href;
    writeFileSync(join(folder(model), path), text.replaceAll('"mmspec/runtime"', JSON.stringify(runtime)));
  }
}

const learners = new Map<string, Learner>();

async function learnerOf(model: BenchModel): Promise<Learner> {
  const known = learners.get(model.name);
  if (known !== undefined) return known;
  const load = (name: string) => import(pathToFileURL(join(folder(model), name)).href);
  const { Bench } = (await load("model.ts")) as { Bench: new () => Model<Inputs> };
  const { stages } = (await load("learning.ts")) as Pick<Learner, "stages">;
  const made = { model: new Bench(), stages };
  learners.set(model.name, made);
  return made;
}

const quiet = { stage() {}, step() {}, epoch() {}, advance() {}, done() {} };
const random = () => new Random(1);

/** Seconds of the processor of each thread. */
function threadTimes(): number[] {
  try {
    return readdirSync("/proc/self/task").map((task) => {
      const stat = readFileSync(`/proc/self/task/${task}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return (Number(fields[11]) + Number(fields[12])) / 100;
    });
  } catch {
    return [];
  }
}

const orders = helperOrders();
if (orders !== undefined) {
  await openEngine(orders.engine);
  const helped = new Helped(orders);
  for (let index = 0; ; index++) {
    const next = await helped.more();
    const [name, steps] = next.about?.split(" ") as [string, string];
    const model = models.find((one) => one.name === name) as BenchModel;
    const { model: own, stages } = await learnerOf(model);
    const data = samplesFor(model, Number(steps));
    const order = await helped.stage(index, () => "");
    if (order === undefined) continue;
    const { from } = order;
    const stage = { ...(stages(own)[model.stage] as Stage<Inputs>), epochs: 1 };
    follow(own, data, stage, { random: random(), progress: quiet, team: helped.team, from });
  }
}

const [engine = "wasm", workers = "1"] = process.argv.slice(2);
await openEngine(engine as EngineName);
let helpers: Helpers | undefined;
let asked = 0;

async function learn({ model: name, steps }: Request): Promise<Timing> {
  const model = models.find((one) => one.name === name) as BenchModel;
  if (!learners.has(name)) await write(model);
  const { model: own, stages } = await learnerOf(model);
  let begin: { at: number; processor: NodeJS.CpuUsage; threads: number[] } | undefined;
  // The first step also makes what later ones find made, and lets the others come; it isn't counted.
  const progress = {
    ...quiet,
    step: () => (begin ??= { at: performance.now(), processor: process.cpuUsage(), threads: threadTimes() }),
  };
  const stage = { ...(stages(own)[model.stage] as Stage<Inputs>), epochs: 1 };
  let end: Timing | undefined;
  await fit(own, samplesFor(model, steps + 1), stage, {
    random: random(),
    progress,
    signal: new AbortController().signal,
    checkpointEvery: Infinity,
    checkpoint: async () => {},
    share: async (state) => {
      if (workers === "1") return undefined;
      helpers ??= new Helpers(
        import.meta.url,
        { engine: engine as EngineName, dataFolder: "", folder: "" },
        Number(workers),
      );
      await helpers.begin(
        { ...(await orderOf(asked++, model.batch, state)), about: `${name} ${steps + 1}` },
        "",
      );
      return helpers.team;
    },
    onAlone: (reason) => {
      throw new Error(reason);
    },
    onEpoch: async () => {
      if (begin === undefined) return;
      const { user, system } = process.cpuUsage(begin.processor);
      const threads = threadTimes().map((time, i) => time - (begin?.threads[i] ?? 0));
      end = {
        seconds: (performance.now() - begin.at) / 1000,
        processor: (user + system) / 1e6,
        busiest: Math.max(...threads),
      };
    },
  });
  return end as Timing;
}

await serve(learn);
await helpers?.end();
rmSync("bench/.engines", { recursive: true, force: true });
process.exit(0);
