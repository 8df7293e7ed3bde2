import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import type { CommandModule } from "yargs";
import { variantSpace, type VariantSpace } from "../../compiler/index.js";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import type { SchedulerName, SweepContent } from "../../sweep/index.js";
import { CommandError, exitCodes } from "../exit.js";
import { diagnosticsJson, plural, print, printDiagnostics, printJson } from "../output.js";
import { scriptCommand } from "../run-script.js";
import { customOption, readSpecWith, setOption } from "../spec.js";
import { checkpointOption, engineOption } from "./train.js";

interface Options {
  file: string;
  out: string | undefined;
  model: string | undefined;
  set: string | string[] | undefined;
  custom: boolean;
  scheduler: SchedulerName;
  eta: number;
  seeds: number;
  metric: string | undefined;
  seed: number;
  budget: string | undefined;
  epochs: number | undefined;
  jobs: number | undefined;
  engine: string | undefined;
  "checkpoint-every": number | undefined;
  "retry-failed": boolean;
  reports: number;
  quiet: boolean;
  json: boolean;
}

export const sweep: CommandModule<object, Options> = {
  command: "sweep <file>",
  describe: "Train the variants of a model side by side, and rank them",
  builder: (yargs) =>
    yargs
      .positional("file", {
        type: "string",
        demandOption: true,
        describe: "A .mmspec file with `variants of`",
      })
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
      .option("quiet", { type: "boolean", default: false, describe: "Print nothing but errors" })
      .option("json", {
        type: "boolean",
        default: false,
        describe: "Print what happens, a line of JSON each",
      }),
  async handler(options) {
    const { SweepProblem } = await import("../../sweep/index.js");
    const space = await readSpace(options);
    if (space === undefined) return;
    try {
      await run(space, options);
    } catch (error) {
      if (error instanceof SweepProblem) throw new CommandError(error.message, exitCodes.wrongInput);
      throw error;
    }
  },
};

/** The variants; nothing when the spec has errors: they are printed, and the exit code is set. @throws CommandError */
async function readSpace(options: Options): Promise<VariantSpace | undefined> {
  const { file, set, custom, model, json } = options;
  const text = await readSpecWith(file, set);
  const { space, analysis } = variantSpace(text, file, { custom, model });
  if (analysis.failed && json) printJson(diagnosticsJson(analysis));
  else printDiagnostics(analysis);
  if (analysis.failed) process.exitCode = exitCodes.wrongInput;
  else if (space === undefined)
    throw new CommandError(
      `${file}: it has no \`variants of\`${model === undefined ? "" : ` ${model}`}, so that there is nothing to choose from. See docs/sweep.md; \`mmspec train ${file}\` trains the model as it is.`,
      exitCodes.wrongInput,
    );
  return space;
}

async function run(space: VariantSpace, options: Options): Promise<void> {
  const sweeps = await import("../../sweep/index.js");
  const { file, seeds, eta, scheduler, seed, metric, engine } = options;
  const whole = { seeds, eta, jobs: options.jobs, epochs: options.epochs };
  const least = { seeds: 1, eta: 2, jobs: 1, epochs: 1 };
  for (const [name, value] of Object.entries(whole))
    if (value !== undefined && !(Number.isInteger(value) && value >= least[name as keyof typeof least]))
      throw new CommandError(
        `--${name} wants a whole number, ${least[name as keyof typeof least]} or more.`,
        exitCodes.wrongUsage,
      );
  const time = options.budget === undefined ? undefined : sweeps.readBudget(options.budget);
  const folder = resolve(options.out ?? join("sweeps", space.model.toLowerCase()));
  const jobs = options.jobs ?? availableParallelism();
  const quiet = options.quiet || options.json;
  const variants = sweeps.trialsOf(space, file);
  const customFiles = new Map(
    await Promise.all(
      variants.customPaths.map(
        async (path) => [path, await readFile(join(dirname(file), path), "utf8")] as const,
      ),
    ),
  );

  const interruption = new AbortController();
  let lost = false;
  const interrupt = () => interruption.abort();
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  process.on("disconnect", interrupt);
  const release = await sweeps.lockFolder(folder, {
    signal: interruption.signal,
    onWait: () =>
      quiet || process.stderr.write(`${folder}: a sweep was here; waiting until its lock is stale\n`),
    lost() {
      lost = true;
      interrupt();
    },
  });
  try {
    const settings = { scheduler, eta, seeds, metric, seed, engine };
    const { journal, state, expected } = await sweeps.openSweep(folder, file, variants, settings, {
      retry: options["retry-failed"],
    });
    const progress = sweeps.sweepProgress({ quiet, expected, time, epochs: options.epochs });
    const stream = options.json ? sweeps.eventStream((line) => process.stdout.write(line)) : {};
    const listeners = [progress, stream];
    const trainer = {
      command: scriptCommand(),
      data: resolve(dirname(file)),
      model: space.model,
      engine,
      checkpointEvery: options["checkpoint-every"],
      custom: options.custom,
      customFiles,
    };
    const executor = sweeps.localExecutor(folder, jobs, trainer, (job) =>
      listeners.forEach((listener) => listener.epoch?.(job)),
    );
    const how = await sweeps.runSweep({
      ...{ state, journal, executor, listeners, time, epochs: options.epochs },
      signal: interruption.signal,
    });
    await journal.close();
    if (lost)
      throw new sweeps.SweepProblem(
        `${folder}: another sweep took this folder over, because this one showed no sign of life for ten seconds. All results are kept.`,
      );
    const about = { model: space.model, spec: file, scheduler, paths: space.paths };
    const content = sweeps.contentOf(state, about);
    const paths = await sweeps.writeResults(folder, content, [...state.outcomes.values()]);
    paths.push(await writePage(folder, content, options.reports));
    if (!quiet) {
      const { rankingText } = await import("../sweep-ranking.js");
      print(`${rankingText(content)}\n\n${paths.join("\n")}`);
    }
    if (how === "stopped") {
      const done = state.outcomes.size;
      throw new CommandError(
        `\nInterrupted: ${plural(done, "result") || "no result"} kept in ${folder}. The same command goes on.`,
        exitCodes.interrupted,
      );
    }
    const { failed } = content.variants;
    if (failed === 0) return;
    const first = content.ranking.find(({ errors }) => errors.length > 0);
    process.stderr.write(
      `${plural(failed, "variant")} failed; the first, ${first?.name}:\n${first?.errors[0]?.error}\n--retry-failed tries again what failed.\n`,
    );
    if (content.variants.trained === 0) process.exitCode = exitCodes.failed;
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
    process.off("disconnect", interrupt);
    await release().catch(() => undefined);
  }
}

/**
 * Writes index.html, which shows the ranking and opens the reports of the best runs that were trained to their end, and those reports where they aren't there.
 * @param most so many reports
 * @returns the page's path
 */
async function writePage(folder: string, content: SweepContent, most: number): Promise<string> {
  const { pageOf, readRun, RunProblem, sweepPageOf } = await import("../../report/read/index.js");
  const reports = new Map<string, string>();
  for (const { name, runs } of content.ranking) {
    const [run] = Object.values(runs);
    if (run === undefined || reports.size >= most) continue;
    const report = join(run, "report.html");
    try {
      if (!existsSync(join(folder, report)))
        await writeAtomically(join(folder, report), await pageOf(await readRun(join(folder, run))));
      reports.set(name, report);
    } catch (error) {
      // A person may have taken runs away; the ranking is still right.
      if (!(error instanceof RunProblem)) throw error;
    }
  }
  const ranking = content.ranking.map((variant) => {
    const report = reports.get(variant.name);
    return {
      ...variant,
      ...(report !== undefined && { report: report.split(sep).map(encodeURIComponent).join("/") }),
    };
  });
  const page = join(folder, "index.html");
  await writeAtomically(page, await sweepPageOf({ ...content, ranking }));
  return page;
}
