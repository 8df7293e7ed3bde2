import type { CommandModule } from "yargs";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import type { Looked } from "../data/looks.js";
import { CommandError, exitCodes } from "../exit.js";
import { print, printJson } from "../output.js";
import { customOption, setOption } from "../spec.js";

interface Options {
  file: string;
  model: string | undefined;
  target: string | undefined;
  rows: number;
  set: string | string[] | undefined;
  custom: boolean;
  html: string | undefined;
  json: boolean;
}

export const data: CommandModule<object, Options> = {
  command: "data <file>",
  describe: "Look at data before any training: what it holds, and what looks wrong",
  builder: (yargs) =>
    yargs
      .positional("file", {
        type: "string",
        demandOption: true,
        describe: "A .mmspec file, or a file or folder of data",
      })
      .option("model", {
        type: "string",
        describe: "Which model of a spec; all that have data when left out",
      })
      .option("target", { type: "string", describe: "Of a file of data: the column that is to be predicted" })
      .option("rows", {
        type: "number",
        default: 100_000,
        describe: "Of a file of data: look at the first so many rows",
      })
      .option("set", setOption)
      .option("custom", customOption)
      .option("html", { type: "string", describe: "Write a page with pictures of some samples to this file" })
      .option("json", { type: "boolean", default: false, describe: "Print it as JSON" }),
  async handler(options) {
    const { DataError, problemText } = await import("../../runtime/data/problems.js");
    const { file, html, json } = options;
    const isSpec = file.toLowerCase().endsWith(".mmspec");
    checkOptions(options, isSpec);
    const { looksOfSpec, lookOfFile } = await import("../data/looks.js");
    try {
      const looks = isSpec
        ? await looksOfSpec(options)
        : [await lookOfFile(file, options.rows, options.target)];
      if (looks === undefined) return;
      if (html !== undefined) await writePage(html, looks, options);
      if (json)
        return printJson({
          ok: true,
          looks: looks.map(({ look, of }) => ({ ...(of && { model: of.ir.name }), ...look })),
        });
      const { lookText } = await import("../data/text.js");
      print(looks.map(({ look, of }) => lookText(look, of?.ir.name)).join("\n\n\n"));
      if (html !== undefined) print(`\n${html}`);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      if (json) printJson({ ok: false, problems: error.problems });
      else process.stderr.write(`${error.problems.map(problemText).join("\n")}\n`);
      process.exitCode = exitCodes.wrongInput;
    }
  },
};

/** @throws CommandError when there are several models */
async function writePage(html: string, looks: readonly Looked[], { file }: Options): Promise<void> {
  const [first] = looks;
  if (first === undefined || looks.length > 1)
    throw new CommandError(
      `A page shows one model's data; ${file} has ${looks.length}: say which, --model NAME.`,
      exitCodes.wrongUsage,
    );
  const { lookPage } = await import("../data/page.js");
  await writeAtomically(html, await lookPage(first));
}

/** @throws CommandError when options don't go together */
function checkOptions({ rows, model, target, file }: Options, isSpec: boolean): void {
  const wrong = (message: string) => new CommandError(message, exitCodes.wrongUsage);
  if (!(Number.isSafeInteger(rows) && rows >= 1)) throw wrong("--rows wants a whole number from 1 up.");
  if (isSpec && target !== undefined)
    throw wrong(`${file} says itself what its target is: leave out --target.`);
  if (!isSpec && model !== undefined) throw wrong(`--model is for specs; ${file} is data.`);
}
