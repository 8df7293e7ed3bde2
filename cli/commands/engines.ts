import type { CommandModule } from "yargs";
import { palette, print, printJson } from "../output.js";

interface Options {
  json: boolean;
}

export const engines: CommandModule<object, Options> = {
  command: "engines",
  describe: "Show what this machine can compute on, and why not",
  builder: (yargs) => yargs.option("json", { type: "boolean", default: false, describe: "Print it as JSON" }),
  async handler({ json }) {
    const { surveyEngines } = await import("../../runtime/engines/index.js");
    const reports = await surveyEngines();
    if (json) return printJson(reports);
    const width = Math.max(...reports.map(({ name }) => name.length));
    for (const { name, available, detail, reason, preferred } of reports) {
      const mark = preferred ? palette.fix("*") : " ";
      const state = available ? detail : palette.dim("not available");
      print(
        `${mark} ${palette.bold(name.padEnd(width))}  ${state}${reason === undefined ? "" : palette.dim(` - ${reason}`)}`,
      );
    }
    print(`\n${palette.fix("*")} is what \`mmspec train\` takes; \`--engine NAME\` takes another.`);
  },
};
