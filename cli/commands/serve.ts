import { resolve } from "node:path";
import type { CommandModule } from "yargs";
import { runScript } from "../run-script.js";
import { predictScript } from "./predict.js";
import { engineOption } from "./train.js";

interface Options {
  run: string;
  port: number;
  host: string;
  "allow-host": string[];
  "max-body": number | undefined;
  "max-samples": number | undefined;
  "max-requests": number | undefined;
  "data-folder": string | undefined;
  engine: string | undefined;
  quiet: boolean;
}

export const serve: CommandModule<object, Options> = {
  command: "serve <run>",
  describe: "Answer for samples over HTTP, with a page to try it",
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "The folder of a run" })
      .option("port", { type: "number", default: 8080, describe: "0 takes any that is free" })
      .option("host", { type: "string", default: "127.0.0.1", describe: "0.0.0.0 for all networks" })
      .option("allow-host", {
        type: "string",
        array: true,
        nargs: 1,
        default: [],
        describe: "A name besides its own that it answers to, of a proxy before it; may be given repeatedly",
      })
      .option("max-body", { type: "number", describe: "MiB of a request; 8 when left out" })
      .option("max-samples", { type: "number", describe: "Samples of a request; 1000 when left out" })
      .option("max-requests", {
        type: "number",
        describe: "Requests that are answered or wait; 16 when left out",
      })
      .option("data-folder", {
        type: "string",
        describe: "Folder in which the training data's paths begin, if it has moved (for `frozen`)",
      })
      .option("engine", engineOption)
      .option("quiet", { type: "boolean", default: false, describe: "Print nothing but errors" }),
  async handler(options) {
    const { run, port, host, "data-folder": dataFolder, engine, quiet } = options;
    const folder = resolve(run);
    const limits = (["max-body", "max-samples", "max-requests"] as const).flatMap((name) =>
      options[name] === undefined ? [] : [`--${name}=${options[name]}`],
    );
    process.exitCode = await runScript(await predictScript(folder), [
      ...["--run", folder, "--serve", `--port=${port}`, `--host=${host}`],
      ...options["allow-host"].map((name) => `--allow-host=${name}`),
      ...limits,
      ...(dataFolder === undefined ? [] : [`--data=${dataFolder}`]),
      ...(engine === undefined ? [] : ["--engine", engine]),
      ...(quiet ? ["--quiet"] : []),
    ]);
  },
};
