import type { CommandModule } from "yargs";
import { variantSpace } from "../../compiler/index.js";
import { CommandError, exitCodes } from "../exit.js";
import { diagnosticsJson, printDiagnostics, printJson } from "../output.js";
import { customOption, readSpecWith, setOption } from "../spec.js";
import { queueOptions } from "../sweep/queue-options.js";
import { runSweepCommand, type SweepSpec } from "../sweep/run.js";
import type { SweepOptions } from "../sweep/settings.js";
import { watchQueue } from "../sweep/watch.js";
import { checkpointOption, engineOption } from "./train.js";

type Options = Omit<SweepOptions, "file"> & { file: string | undefined; watch: boolean };

export const sweep: CommandModule<object, Options> = {
  command: "sweep [file]",
  describe: "Train the variants of a model side by side, and rank them",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", describe: "A .mmspec file with `variants of`" })
      .option("out", {
        alias: "o",
        type: "string",
        describe: "Folder to write to; sweeps/MODEL when left out",
      })
      .option("model", { type: "string", describe: "Whose variants, where the file has several" })
      .option("set", setOption)
      .option("custom", customOption)
      .option("scheduler", {
        choices: ["asha", "random", "grid"] as const,
        default: "asha" as const,
        describe: "asha ends hopeless variants early; random and grid train all to their end",
      })
      .option("eta", { type: "number", default: 3, describe: "Of asha: one variant of so many goes on" })
      .option("seeds", {
        type: "number",
        default: 1,
        describe: "How many seeds each variant is trained with",
      })
      .option("metric", {
        type: "string",
        describe: "What variants are compared by, on the validation split",
      })
      .option("seed", { type: "number", default: 1, describe: "Of the order in which variants are taken" })
      .option("budget", { type: "string", describe: "How long this call may take: 10m, 1h30m" })
      .option("epochs", { type: "number", describe: "How many epochs all runs together may learn" })
      .option("jobs", { alias: "j", type: "number", describe: "Runs side by side; one a core" })
      .option("engine", engineOption)
      .option("checkpoint-every", checkpointOption)
      .option("retry-failed", { type: "boolean", default: false, describe: "Try again what failed" })
      .option("reports", {
        type: "number",
        default: 20,
        describe: "Of how many of the best runs a report is written, for the page to open",
      })
      .options(queueOptions)
      .option("data-url", { type: "string", describe: "With --queue: where workers fetch the data from" })
      .option("watch", {
        type: "boolean",
        default: false,
        describe: "With --queue: show what all sweeps and workers do",
      })
      .option("quiet", { type: "boolean", default: false, describe: "Print nothing but errors" })
      .option("json", {
        type: "boolean",
        default: false,
        describe: "Print what happens, a line of JSON each",
      }),
  async handler(options) {
    const { SweepProblem } = await import("../../sweep/index.js");
    const { file, queue, watch } = options;
    if (watch && queue === undefined)
      throw wrongUsage("--watch wants the queue to look at: --queue redis://...");
    if (!watch && file === undefined) throw wrongUsage("Say which spec: mmspec sweep FILE.");
    try {
      if (watch) return await watchQueue(options);
      const spec = await readSpace({ ...options, file: file as string });
      if (spec !== undefined) await runSweepCommand(spec, { ...options, file: file as string });
    } catch (error) {
      if (error instanceof SweepProblem) throw new CommandError(error.message, exitCodes.wrongInput);
      throw error;
    }
  },
};

function wrongUsage(message: string): CommandError {
  return new CommandError(message, exitCodes.wrongUsage);
}

/** The variants; nothing when the spec has errors: they are printed, and the exit code is set. @throws CommandError */
async function readSpace(options: SweepOptions): Promise<SweepSpec | undefined> {
  const { file, set, custom, model, json } = options;
  const { text, read } = await readSpecWith(file, set);
  const { space, analysis } = variantSpace(text, file, { custom, model, read });
  if (analysis.failed && json) printJson(diagnosticsJson(analysis));
  else printDiagnostics(analysis);
  if (analysis.failed) process.exitCode = exitCodes.wrongInput;
  else if (space === undefined)
    throw new CommandError(
      `${file}: it has no \`variants of\`${model === undefined ? "" : ` ${model}`}, so that there is nothing to choose from. See docs/sweep.md; \`mmspec train ${file}\` trains the model as it is.`,
      exitCodes.wrongInput,
    );
  const imports = new Map(analysis.units.slice(1).map(({ from, source }) => [from, source.text]));
  return space && { space, imports };
}
