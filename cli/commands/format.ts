import { dirname } from "node:path";
import type { CommandModule } from "yargs";
import { analyse } from "../../compiler/index.js";
import { readFrom } from "../../compiler/node.js";
import { format as formatSource, FormatError } from "../../grammar/index.js";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import { exitCodes } from "../exit.js";
import { diagnosticsJson, print, printDiagnostics, printJson } from "../output.js";
import { readSpec } from "../spec.js";

interface Options {
  file: string;
  check: boolean;
  json: boolean;
}

export const format: CommandModule<object, Options> = {
  command: "format <file>",
  describe: "Write a spec in its canonical form",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "A .mmspec file" })
      .option("check", {
        type: "boolean",
        default: false,
        describe: "Change nothing; fail when the form differs",
      })
      .option("json", { type: "boolean", default: false, describe: "Print what was done as JSON" }),
  async handler({ file, check, json }) {
    const text = await readSpec(file);
    let formatted: string;
    try {
      formatted = formatSource(text);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      const analysis = analyse(text, file, { read: readFrom(dirname(file)) });
      if (json) printJson({ file, ...(diagnosticsJson(analysis) as object) });
      else printDiagnostics(analysis);
      process.exitCode = exitCodes.wrongInput;
      return;
    }
    const changed = formatted !== text;
    if (changed && !check) await writeAtomically(file, formatted);
    if (json) printJson({ file, changed });
    else print(`${file}: ${changed ? (check ? "not in its canonical form" : "formatted") : "unchanged"}`);
    if (changed && check) process.exitCode = exitCodes.wrongInput;
  },
};
