import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import type { CommandModule } from "yargs";
import { didYouMean } from "../../compiler/suggest.js";
import type { Cut, Study, StudyContent } from "../../studies/index.js";
import { shown } from "../../studies/results/shown.js";
import { CommandError, exitCodes } from "../exit.js";
import { palette, plural, print, printJson } from "../output.js";
import { engineOption } from "./train.js";

interface Options {
  name: string | undefined;
  out: string | undefined;
  seeds: number | undefined;
  samples: number | undefined;
  epochs: number | undefined;
  only: string | undefined;
  rows: string | undefined;
  jobs: number | undefined;
  data: string | undefined;
  engine: string | undefined;
  "keep-runs": boolean;
  quiet: boolean;
  json: boolean;
}

export const study: CommandModule<object, Options> = {
  command: "study [name]",
  describe: "Train many specs side by side, and write the table and the plots",
  builder: (yargs) =>
    yargs
      .positional("name", { type: "string", describe: "Which study; without it they are listed" })
      .option("out", { alias: "o", type: "string", describe: "Folder to write to; studies-out/NAME" })
      .option("seeds", { type: "number", describe: "How many seeds" })
      .option("samples", { type: "number", describe: "How many samples are drawn for each run" })
      .option("epochs", { type: "number", describe: "How long each run learns" })
      .option("only", { type: "string", describe: "Only these columns: joint,dmil" })
      .option("rows", { type: "string", describe: "Only these tasks" })
      .option("jobs", { alias: "j", type: "number", describe: "Runs side by side; one a core" })
      .option("data", { type: "string", describe: "Folder with the data files, where a study reads some" })
      .option("engine", engineOption)
      .option("keep-runs", { type: "boolean", default: false, describe: "Leave the folder of each run" })
      .option("quiet", { type: "boolean", default: false, describe: "Print nothing but errors" })
      .option("json", { type: "boolean", default: false, describe: "Print results.json" }),
  async handler({ name, ...options }) {
    const { studies } = await import("../../studies/index.js");
    if (name === undefined) return list([...studies.values()], options.json);
    const chosen = studies.get(name);
    if (chosen === undefined) throw unknown("study", name, [...studies.keys()]);
    await runStudy(chosen, options);
  },
};

function list(studies: readonly Study[], json: boolean): void {
  if (json) {
    printJson(
      studies.map(({ name, summary, rows, columns, seeds }) => ({
        name,
        summary,
        rows: rows.map((row) => row.name),
        columns: columns.map((column) => column.name),
        seeds,
      })),
    );
    return;
  }
  const width = Math.max(...studies.map(({ name }) => name.length));
  for (const { name, summary } of studies) print(`${palette.bold(name.padEnd(width))}  ${summary}`);
  print("\nRun one with: mmspec study NAME");
}

async function runStudy(whole: Study, options: Omit<Options, "name">): Promise<void> {
  const {
    cellsOf,
    contentOf,
    cutStudy,
    lockStudy,
    provideData,
    runCells,
    StudyProblem,
    studyProgress,
    writeStudy,
  } = await import("../../studies/index.js");
  const cut = readCut(whole, options);
  const jobs = wholeNumber("jobs", options.jobs) ?? availableParallelism();
  const folder = resolve(options.out ?? join("studies-out", whole.name));
  const chosen = cutStudy(whole, cut);
  const cells = cellsOf(chosen, cut);
  const quiet = options.quiet || options.json;
  const files = chosen.rows.flatMap(({ task }) => task.file ?? []);
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  const lock = await lockStudy(folder, {
    signal: interruption.signal,
    onWait: () =>
      quiet || process.stderr.write(`${folder}: a study was here; waiting until its lock is stale\n`),
    lost: interrupt,
  }).catch((error: unknown) => {
    if (error instanceof StudyProblem) throw new CommandError(error.message, exitCodes.wrongInput);
    throw error;
  });
  try {
    try {
      await provideData(files, join(folder, "specs", "data"), options.data);
    } catch (error) {
      if (error instanceof StudyProblem) throw new CommandError(error.message, exitCodes.wrongInput);
      throw error;
    }

    process.on("SIGINT", interrupt);
    process.on("SIGTERM", interrupt);
    const results = await runCells(cells, {
      folder,
      jobs,
      engine: options.engine,
      keepRuns: options["keep-runs"],
      command: [process.execPath, fileURLToPath(new URL("../main.js", import.meta.url))],
      progress: studyProgress({ quiet }),
      signal: interruption.signal,
    });
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
    if (interruption.signal.aborted) {
      throw new CommandError(
        `\nInterrupted: ${results.length} of ${cells.length} runs are done and kept in ${folder}. The same command goes on.`,
        exitCodes.interrupted,
      );
    }

    const content = contentOf(chosen, cut, { cells, results });
    const paths = await writeStudy(folder, content);
    if (options.json) printJson(content);
    else if (!options.quiet) print(`${resultTables(content)}\n\n${paths.join("\n")}`);
    const { failed, all } = content.cells;
    if (failed === 0) return;
    const firstError = results.find(({ error }) => error !== undefined);
    process.stderr.write(
      `${plural(failed, "run")} of ${all} failed; the first, ${firstError?.name}:\n${firstError?.error}\nThe same command tries them again. All errors: ${join(folder, "table.md")}\n`,
    );
    process.exitCode = exitCodes.wrongInput;
  } finally {
    await lock.release();
  }
}

/** @throws CommandError when a number or a name makes no sense */
function readCut(study: Study, { seeds, samples, epochs, only, rows }: Omit<Options, "name">): Cut {
  const names = (option: string, text: string | undefined, known: readonly { name: string }[]) => {
    if (text === undefined) return undefined;
    const all = known.map(({ name }) => name);
    const asked = text
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "");
    for (const name of asked) if (!all.includes(name)) throw unknown(option, name, all);
    if (asked.length === 0)
      throw new CommandError(
        `--${option} wants names, joined by commas: ${all.join(", ")}.`,
        exitCodes.wrongUsage,
      );
    return asked;
  };
  const cut: Record<string, unknown> = {
    seeds: wholeNumber("seeds", seeds),
    samples: wholeNumber("samples", samples),
    epochs: wholeNumber("epochs", epochs),
    only: names("only", only, study.columns),
    rows: names("rows", rows, study.rows),
  };
  return Object.fromEntries(Object.entries(cut).filter(([, value]) => value !== undefined));
}

/** @throws CommandError when it is no whole number from 1 */
function wholeNumber(option: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return value;
  throw new CommandError(`--${option} wants a whole number, 1 or more.`, exitCodes.wrongUsage);
}

function unknown(what: string, name: string, known: readonly string[]): CommandError {
  const hint = didYouMean(name, known)?.text;
  const kinds: Record<string, string> = { study: "study", only: "column", rows: "task" };
  const first = `There is no ${kinds[what]} ${name}${hint === undefined ? "" : `: ${hint}`}`;
  return new CommandError(
    `${first}${hint === undefined ? "." : ""}\nThere are: ${known.join(", ")}.`,
    exitCodes.wrongUsage,
  );
}

/** The measures as people read them in a terminal. */
function resultTables({ measures, results }: StudyContent): string {
  const columns = [...new Set(results.map(({ column }) => column))];
  return measures
    .map(({ title, rows }) => {
      const best = rows.some((row) => row.best !== undefined);
      const table = new Table({
        head: ["task", ...(best ? ["best possible"] : []), ...columns].map((text) => palette.bold(text)),
        style: { head: [], border: [], compact: true },
      });
      for (const row of rows) {
        const cells = columns.map((column) => shown(row.columns[column]));
        table.push([row.title, ...(best ? [shown(row.best)] : []), ...cells]);
      }
      return `${palette.bold(title)}\n${table.toString()}`;
    })
    .join("\n\n");
}
