import { dirname, join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { CommandError, exitCodes } from "../exit.js";
import { checkFolder, writeFolder } from "../export/folder.js";
import { writePackage } from "../export/package.js";
import { print, printJson } from "../output.js";
import { runScript } from "../run-script.js";
import { readRecord } from "./evaluate.js";
import { predictScript } from "./predict.js";

interface Options {
  run: string;
  to: string;
  as: string;
  force: boolean;
  quiet: boolean;
  json: boolean;
}

const forms = ["web", "package"] as const;
type Form = (typeof forms)[number];

/** What no library for Node writes, and how a person comes to it. */
const elsewhere: Readonly<Record<string, string>> = {
  onnx: "No library for Node writes ONNX of TensorFlow.js models. Export with --as web; docs/exporting.md has the command of tf2onnx (Python) that reads that.",
  "saved-model":
    "TensorFlow.js can't write a SavedModel. Export with --as web: model.json is a TensorFlow graph, and docs/exporting.md has the lines of Python that save it as one.",
};

export const exportRun: CommandModule<object, Options> = {
  command: "export <run>",
  describe: "Write a trained model for browsers, or as a package of its own",
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "The folder of a run" })
      .option("to", { type: "string", demandOption: true, describe: "The folder to write" })
      .option("as", {
        type: "string",
        default: "web",
        describe: "web: a TensorFlow.js graph and a page; package: TypeScript that npm installs",
      })
      .option("force", {
        type: "boolean",
        default: false,
        describe: "Write over a folder that no export wrote",
      })
      .option("quiet", { type: "boolean", default: false, describe: "Print nothing but errors" })
      .option("json", { type: "boolean", default: false, describe: "Say as JSON what was written" }),
  async handler({ run, to, as, force, quiet, json }) {
    const form = formOf(as);
    const folder = resolve(run);
    const script = await predictScript(folder);
    const { status } = await readRecord(folder);
    if (status !== "complete")
      throw new CommandError(
        `${folder} isn't complete, it is ${status}: \`mmspec resume ${run}\` goes on with it.`,
        exitCodes.wrongInput,
      );
    const target = resolve(to);
    await checkFolder(target, force, [process.cwd(), folder]);
    let code: number = exitCodes.failed;
    await writeFolder(target, async (next) => {
      const quietly = quiet || json ? ["--quiet"] : [];
      code = await runScript(script, ["--run", folder, `--export=${next}`, `--as=${form}`, ...quietly]);
      if (code === exitCodes.fine && form === "package") await writePackage(next, dirname(script));
      return code === exitCodes.fine;
    });
    process.exitCode = code;
    if (code !== exitCodes.fine) return;
    if (json) printJson({ folder: target, as: form });
    else if (!quiet) print(`${target}: ${join(to, "README.md")} says how it is used`);
  },
};

function formOf(as: string): Form {
  const form = forms.find((name) => name === as);
  if (form !== undefined) return form;
  const why = Object.hasOwn(elsewhere, as) ? elsewhere[as] : undefined;
  throw new CommandError(
    why ?? `--as ${as}: there are ${forms.join(" and ")}; of onnx and saved-model it says how they are had.`,
    exitCodes.wrongUsage,
  );
}
