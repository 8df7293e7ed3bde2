import { join } from "node:path";
import type { CommandModule } from "yargs";
import { writeFiles } from "../../runtime/runs/atomic.js";
import { print, printJson } from "../output.js";
import { compileSpec, customOption, setOption } from "../spec.js";

interface Options {
  file: string;
  out: string;
  model: string | undefined;
  set: string | string[] | undefined;
  custom: boolean;
  json: boolean;
}

export const compile: CommandModule<object, Options> = {
  command: "compile <file>",
  describe: "Write the TypeScript that trains and evaluates a model",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "A .mmspec file" })
      .option("out", { alias: "o", type: "string", demandOption: true, describe: "Folder to write to" })
      .option("model", { type: "string", describe: "Which model of the file" })
      .option("set", setOption)
      .option("custom", customOption)
      .option("json", { type: "boolean", default: false, describe: "Print what was written as JSON" }),
  async handler({ file, set, out, model, custom, json }) {
    const compilation = await compileSpec({ file, model, set, custom, json });
    if (compilation === undefined) return;
    await writeFiles(out, compilation.files);
    const paths = compilation.files.map(({ path }) => join(out, path));
    if (json) printJson({ model: compilation.ir?.name, files: paths });
    else print(paths.join("\n"));
  },
};
