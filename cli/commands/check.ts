import type { CommandModule } from "yargs";
import { analyse, type Analysis } from "../../compiler/index.js";
import { exitCodes } from "../exit.js";
import { diagnosticsJson, print, printDiagnostics, printJson } from "../output.js";
import { customOption, readSpecWith, setOption } from "../spec.js";

interface Options {
  file: string;
  set: string | string[] | undefined;
  custom: boolean;
  json: boolean;
}

export const check: CommandModule<object, Options> = {
  command: "check <file>",
  describe: "Report all that is wrong with a spec",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "A .mmspec file" })
      .option("set", setOption)
      .option("custom", customOption)
      .option("json", { type: "boolean", default: false, describe: "Print the diagnostics as JSON" }),
  async handler({ file, set, custom, json }) {
    const { text, read } = await readSpecWith(file, set);
    const analysis = analyse(text, file, { custom, read });
    if (json) printJson({ file, ...(diagnosticsJson(analysis) as object) });
    else {
      printDiagnostics(analysis);
      if (!analysis.failed) print(`${file}: ${declared(analysis).join(", ")} - no errors`);
    }
    if (analysis.failed) process.exitCode = exitCodes.wrongInput;
  },
};

/** The models of a file; of one that has none, what others can import. */
function declared({ models, tree }: Analysis): string[] {
  if (models.length > 0) return models.map(({ name }) => name);
  return [...tree.params, ...tree.encoders, ...tree.fusions].map(({ name }) => name.text);
}
