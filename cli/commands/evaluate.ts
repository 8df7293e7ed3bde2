import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { noRun } from "../../runtime/runs/no-run.js";
import { CommandError, exitCodes } from "../exit.js";
import { runScript } from "../run-script.js";
import { engineOption } from "./train.js";

interface Options {
  run: string;
  data: string | undefined;
  engine: string | undefined;
  quiet: boolean;
  json: boolean;
}

/** What a run says of itself. @throws CommandError when the folder isn't a run */
export async function readRecord(
  folder: string,
): Promise<{ status: string; dataFolder: string; engine: { name: string } }> {
  try {
    return JSON.parse(await readFile(join(folder, "run.json"), "utf8")) as never;
  } catch {
    throw new CommandError(`${folder}: ${await noRun(folder)}.`, exitCodes.wrongInput);
  }
}

export const evaluate: CommandModule<object, Options> = {
  command: "evaluate <run>",
  describe: "Measure a trained model again",
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "The folder of a run" })
      .option("data", { type: "string", describe: "Folder in which the data's paths begin, if it has moved" })
      .option("engine", engineOption)
      .option("quiet", { type: "boolean", default: false, describe: "Print nothing but errors" })
      .option("json", { type: "boolean", default: false, describe: "Print what was found as JSON" }),
  async handler({ run, data, engine, quiet, json }) {
    const folder = resolve(run);
    const record = await readRecord(folder);
    process.exitCode = await runScript(join(folder, "trainer", "evaluate.ts"), [
      ...["--data", data ?? record.dataFolder],
      ...["--run", folder],
      ...["--engine", engine ?? record.engine.name],
      ...(quiet ? ["--quiet"] : []),
      ...(json ? ["--json"] : []),
    ]);
  },
};
