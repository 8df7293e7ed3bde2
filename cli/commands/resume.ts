import { join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { readRecord } from "./evaluate.js";
import { runScript } from "../run-script.js";
import { checkpointOption, smallerBatchOption } from "./train.js";

interface Options {
  run: string;
  data: string | undefined;
  "checkpoint-every": number | undefined;
  "smaller-batch": boolean;
  quiet: boolean;
  json: boolean;
}

/** A command of its own and no option of `train`: the run has the spec, the trainer and the engine's name in it already. */
export const resume: CommandModule<object, Options> = {
  command: "resume <run>",
  describe: "Go on with a run that was stopped",
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "The folder of a run" })
      .option("data", { type: "string", describe: "Folder in which the data's paths begin, if it has moved" })
      .option("checkpoint-every", checkpointOption)
      .option("smaller-batch", smallerBatchOption)
      .option("quiet", { type: "boolean", default: false, describe: "Print nothing but errors" })
      .option("json", { type: "boolean", default: false, describe: "Print what was found as JSON" }),
  async handler({
    run,
    data,
    "checkpoint-every": checkpointEvery,
    "smaller-batch": smallerBatch,
    quiet,
    json,
  }) {
    const folder = resolve(run);
    const record = await readRecord(folder);
    process.exitCode = await runScript(join(folder, "trainer", "train.ts"), [
      ...["--data", data ?? record.dataFolder],
      ...["--run", folder, "--resume"],
      ...(checkpointEvery === undefined ? [] : ["--checkpoint-every", String(checkpointEvery)]),
      ...(smallerBatch ? ["--smaller-batch"] : []),
      ...(quiet ? ["--quiet"] : []),
      ...(json ? ["--json"] : []),
    ]);
  },
};
