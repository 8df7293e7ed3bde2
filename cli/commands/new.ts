import { access } from "node:fs/promises";
import type { CommandModule } from "yargs";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import { CommandError, exitCodes } from "../exit.js";
import { print, printJson } from "../output.js";
import { starter } from "../starter.js";

interface Options {
  name: string;
  json: boolean;
}

export const create: CommandModule<object, Options> = {
  command: "new <name>",
  describe: "Write a first spec, ready to train",
  builder: (yargs) =>
    yargs
      .positional("name", {
        type: "string",
        demandOption: true,
        describe: "The model's name, for example Emotion",
      })
      .option("json", { type: "boolean", default: false, describe: "Print what was written as JSON" }),
  async handler({ name, json }) {
    if (!/^\p{L}[\p{L}\p{N}_]*$/u.test(name)) {
      throw new CommandError(
        `"${name}" can't be a model's name: it must begin with a letter and have only letters, digits and _.`,
        exitCodes.wrongUsage,
      );
    }
    const file = `${name.replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, "-").toLowerCase()}.mmspec`;
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (exists)
      throw new CommandError(`${file} is already there; it was left as it is.`, exitCodes.wrongUsage);
    await writeAtomically(file, starter(name.slice(0, 1).toUpperCase() + name.slice(1)));
    if (json) printJson({ file });
    else print(`${file}\nTrain it with: npx mmspec train ${file}`);
  },
};
