import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { CommandError, exitCodes } from "../exit.js";
import { runScript } from "../run-script.js";
import { readRecord } from "./evaluate.js";
import { engineOption } from "./train.js";

interface Options {
  run: string;
  data: string;
  out: string | undefined;
  pid: boolean;
  labels: boolean;
  block: number | undefined;
  "data-folder": string | undefined;
  engine: string | undefined;
  quiet: boolean;
  json: boolean;
}

/** The script of a run that answers for other samples. @throws CommandError when it has none */
export async function predictScript(folder: string): Promise<string> {
  await readRecord(folder);
  const script = join(folder, "trainer", "predict.ts");
  await access(script).catch(() => {
    throw new CommandError(
      `${folder} has no trainer/predict.ts: it was trained by a mmspec that couldn't predict yet. \`mmspec compile SPEC -o ${join(folder, "trainer")}\` writes it, where the spec is the run's own.`,
      exitCodes.wrongInput,
    );
  });
  return script;
}

export const predict: CommandModule<object, Options> = {
  command: "predict <run> <data>",
  describe: "Predict the samples of a file with a trained model",
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "The folder of a run" })
      .positional("data", { type: "string", demandOption: true, describe: "A file of samples" })
      .option("out", {
        alias: "o",
        type: "string",
        describe: "FILE.csv, .jsonl or .parquet; the terminal gets CSV when left out",
      })
      .option("pid", {
        type: "boolean",
        default: false,
        describe: "Measure redundancy, uniqueness and synergy of each sample; the file must have labels",
      })
      .option("labels", {
        type: "boolean",
        default: true,
        describe: "Say what is right where the file tells; --no-labels leaves it unread",
      })
      .option("block", { type: "number", describe: "Samples in memory at a time; 1024 when left out" })
      .option("data-folder", {
        type: "string",
        describe: "Folder in which the training data's paths begin, if it has moved (for --pid)",
      })
      .option("engine", engineOption)
      .option("quiet", { type: "boolean", default: false, describe: "Print nothing but errors" })
      .option("json", {
        type: "boolean",
        default: false,
        describe: "JSON lines in the terminal; with -o a summary as JSON",
      }),
  async handler({ run, data, out, pid, labels, block, "data-folder": dataFolder, engine, quiet, json }) {
    const folder = resolve(run);
    process.exitCode = await runScript(await predictScript(folder), [
      ...["--run", folder],
      ...(out === undefined ? [] : [`--out=${out}`]),
      ...(pid ? ["--pid"] : []),
      ...(labels ? [] : ["--no-labels"]),
      ...(block === undefined ? [] : [`--block=${block}`]),
      ...(dataFolder === undefined ? [] : [`--data=${dataFolder}`]),
      ...(engine === undefined ? [] : ["--engine", engine]),
      ...(quiet ? ["--quiet"] : []),
      ...(json ? ["--json"] : []),
      ...["--", data],
    ]);
  },
};
