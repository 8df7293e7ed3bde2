import type { CommandModule } from "yargs";
import { analyse } from "../../compiler/index.js";
import { exitCodes } from "../exit.js";
import { diagnosticsJson, print, printDiagnostics, printJson } from "../output.js";
import { customOption, readSpec } from "../spec.js";

interface Options {
  file: string;
  custom: boolean;
  json: boolean;
}

export const check: CommandModule<object, Options> = {
  command: "check <file>",
  describe: "Report all that is wrong with a spec",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "A .mmspec file" })
      .option("custom", customOption)
      .option("json", { type: "boolean", default: false, describe: "Print the diagnostics as JSON" }),
  async handler({ file, custom, json }) {
    const analysis = analyse(await readSpec(file), file, { custom });
    if (json) printJson({ file, ...(diagnosticsJson(analysis) as object) });
    else {
      printDiagnostics(analysis);
      if (!analysis.failed)
        print(`${file}: ${analysis.models.map(({ name }) => name).join(", ")} - no errors`);
    }
    if (analysis.failed) process.exitCode = exitCodes.wrongInput;
  },
};
