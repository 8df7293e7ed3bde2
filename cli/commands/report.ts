import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import { CommandError, exitCodes } from "../exit.js";
import { print, printJson } from "../output.js";

interface Options {
  run: string;
  out: string | undefined;
  compare: string[] | undefined;
  svg: string | undefined;
  json: boolean;
}

export const report: CommandModule<object, Options> = {
  command: "report <run>",
  describe: "Write a page that shows where a run's answers come from",
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "The folder of a run" })
      .option("out", { alias: "o", type: "string", describe: "The page; RUN/report.html when left out" })
      .option("compare", { type: "string", array: true, describe: "Other runs to show beside it" })
      .option("svg", { type: "string", describe: "Folder for plain pictures of the figures, for papers" })
      .option("json", { type: "boolean", default: false, describe: "Print what was found as JSON" }),
  async handler({ run, out, compare, svg, json }) {
    const { findings, figuresOf, pageOf, readRun, RunProblem } = await import("../../report/read/index.js");
    const read = await readRun(run, compare).catch((error: unknown) => {
      if (error instanceof RunProblem) throw new CommandError(error.message, exitCodes.wrongInput);
      throw error;
    });
    const page = resolve(out ?? join(run, "report.html"));
    const html = await pageOf(read);
    await writeAtomically(page, html).catch((error: unknown) => {
      throw new CommandError((error as Error).message, exitCodes.wrongInput);
    });
    const pictures: string[] = [];
    if (svg !== undefined) {
      await mkdir(svg, { recursive: true });
      for (const [name, text] of Object.entries(await figuresOf(read))) {
        await writeAtomically(join(svg, `${name}.svg`), text);
        pictures.push(join(svg, `${name}.svg`));
      }
    }
    const found = findings(read);
    if (json) return printJson({ page, bytes: Buffer.byteLength(html), pictures, ...found });
    for (const { title, detail } of found.headlines) print(`${title}\n${detail}\n`);
    if (found.inputs.note !== undefined) print(`${found.inputs.note}\n`);
    print([page, ...pictures].join("\n"));
  },
};
