import Table from "cli-table3";
import type { CommandModule } from "yargs";
import type { CheckedEngine } from "../../runtime/engine-check/index.js";
import { exitCodes } from "../exit.js";
import { palette, print, printJson } from "../output.js";

interface Options {
  try: boolean;
  install: string | undefined;
  cuda: boolean;
  wheel: string | undefined;
  json: boolean;
}

export const engines: CommandModule<object, Options> = {
  command: "engines",
  describe: "Try what this machine can compute on; say what it lacks",
  builder: (yargs) =>
    yargs
      .option("try", {
        type: "boolean",
        default: true,
        describe: "Train a tiny model on each; --no-try looks only",
      })
      .option("install", {
        type: "string",
        choices: ["tensorflow"],
        describe: "Build this engine first, from PyPI's library and with this machine's compiler",
      })
      .option("cuda", { type: "boolean", default: false, describe: "Build it for NVIDIA's GPUs (CUDA 12.2)" })
      .option("wheel", {
        type: "string",
        describe: "A wheel of tensorflow-cpu that lies here, instead of PyPI's",
      })
      .option("json", { type: "boolean", default: false, describe: "Print it as JSON" }),
  async handler({ try: tries, install, cuda, wheel, json }) {
    if (install !== undefined) {
      const { installTensorflow } = await import("../install-tensorflow.js");
      const say = (line: string) => void process.stderr.write(`${line}\n`);
      const folder = await installTensorflow({ cuda, wheel, say });
      say(`The tensorflow engine is in ${folder}.\n`);
    }
    const found: CheckedEngine[] = tries
      ? await (await import("../../runtime/engine-check/index.js")).checkEngines()
      : await (await import("../../runtime/engines/index.js")).surveyEngines();
    if (found.some(({ failure }) => failure !== undefined)) process.exitCode = exitCodes.failed;
    if (json) return printJson(found);
    print(table(found, tries));
    for (const { name, reason, remedy, failure } of found) {
      if (failure !== undefined) print(`${palette.bold(name)}: ${palette.error(failure)}.`);
      if (reason !== undefined) print(`${palette.bold(name)}: ${reason}.`);
      if (remedy !== undefined) print(palette.fix(`  = ${remedy}`));
    }
    print(`\n${palette.fix("*")} is what \`mmspec train\` takes; \`--engine NAME\` takes another.`);
    if (tries)
      print(
        "Speed: samples a second of a perceptron 200-512-512-10 that learns with Adam, 256 a step. Errors: largest differences to plain JavaScript's, relative.",
      );
  },
};

function table(found: readonly CheckedEngine[], tries: boolean): string {
  const rows = new Table({
    head: ["", "engine", "here", ...(tries ? ["samples/s", "loss error", "gradient error"] : [])],
    colAligns: ["left", "left", "left", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, available, detail, preferred, check } of found) {
    rows.push([
      preferred ? palette.fix("*") : "",
      palette.bold(name),
      available ? detail : palette.dim("not available"),
      ...(tries ? numbers(check) : []),
    ]);
  }
  return rows.toString();
}

function numbers(check: CheckedEngine["check"]): string[] {
  if (check === undefined) return ["", "", ""];
  const { samplesPerSecond, lossError, gradientError } = check;
  return [
    Math.round(samplesPerSecond).toLocaleString("en"),
    lossError.toExponential(0),
    gradientError.toExponential(0),
  ];
}
