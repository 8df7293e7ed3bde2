import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { writeFiles } from "../../runtime/runs/atomic.js";
import { createRunFolder } from "../../runtime/runs/folder.js";
import { trainFolds } from "../folds/run.js";
import { runScript } from "../run-script.js";
import { compileSpec, customOption, setOption } from "../spec.js";

interface Options {
  file: string;
  runs: string;
  model: string | undefined;
  set: string | string[] | undefined;
  custom: boolean;
  folds: boolean;
  engine: string | undefined;
  workers: number | undefined;
  "checkpoint-every": number | undefined;
  "smaller-batch": boolean;
  quiet: boolean;
  json: boolean;
}

export const engineOption = {
  type: "string",
  choices: ["tensorflow", "webgpu", "wasm", "cpu"],
  describe: "What to compute on; the best that is there when left out",
} as const;

export const workersOption = {
  type: "number",
  describe: "Threads that share each batch; when left out, the machine's cores, up to 4, where that pays",
} as const;

export const checkpointOption = {
  type: "number",
  describe: "Seconds between two checkpoints, at least; 5 when left out",
} as const;

export const smallerBatchOption = {
  type: "boolean",
  default: false,
  describe: "Where memory doesn't suffice, go on with half as many samples a step",
} as const;

export const train: CommandModule<object, Options> = {
  command: "train <file>",
  describe: "Compile, train and evaluate a model",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "A .mmspec file" })
      .option("runs", {
        type: "string",
        default: "runs",
        describe: "Folder in which the run gets a folder of its own",
      })
      .option("model", { type: "string", describe: "Which model of the file" })
      .option("set", setOption)
      .option("custom", customOption)
      .option("folds", {
        type: "boolean",
        default: false,
        describe:
          "Train every fold of `split fold 1 of N`, and tell their mean; goes on where it was stopped",
      })
      .option("engine", engineOption)
      .option("workers", workersOption)
      .option("checkpoint-every", checkpointOption)
      .option("smaller-batch", smallerBatchOption)
      .option("quiet", { type: "boolean", default: false, describe: "Print nothing but errors" })
      .option("json", { type: "boolean", default: false, describe: "Print what was found as JSON" }),
  async handler({
    file,
    set,
    runs,
    model,
    engine,
    workers,
    "checkpoint-every": checkpointEvery,
    "smaller-batch": smallerBatch,
    quiet,
    custom,
    folds,
    json,
  }) {
    const compilation = await compileSpec({ file, model, set, custom, json });
    if (compilation?.ir === undefined) return;
    const trainerOptions = [
      ...(engine === undefined ? [] : ["--engine", engine]),
      ...(workers === undefined ? [] : ["--workers", String(workers)]),
      ...(checkpointEvery === undefined ? [] : ["--checkpoint-every", String(checkpointEvery)]),
      ...(smallerBatch ? ["--smaller-batch"] : []),
    ];
    if (folds) return trainFolds(compilation.ir, { file, set, custom, runs, quiet, json, trainerOptions });
    await mkdir(runs, { recursive: true });
    const folder = resolve(await createRunFolder(runs, compilation.ir.name.toLowerCase()));
    const trainer = join(folder, "trainer");
    const spec = compilation.files.filter(({ path }) => path.endsWith(".mmspec"));
    await writeFiles(folder, spec);
    await writeFiles(trainer, compilation.files);
    process.exitCode = await runScript(join(trainer, "train.ts"), [
      ...["--data", resolve(dirname(file))],
      ...["--run", folder],
      ...trainerOptions,
      ...(quiet ? ["--quiet"] : []),
      ...(json ? ["--json"] : []),
    ]);
  },
};
