import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { VariantSpace } from "../../compiler/index.js";
import type { SweepContent } from "../../sweep/index.js";
import { removeTemporaryFiles } from "../../runtime/runs/temporary.js";
import { CommandError, exitCodes } from "../exit.js";
import { plural, print } from "../output.js";
import { writePage } from "./page.js";
import { placeOf } from "./place.js";
import { checkNumbers, type SweepOptions } from "./settings.js";

/** What a spec asks for. */
export interface SweepSpec {
  space: VariantSpace;
  /** Texts of the files that it imports, by the path from its folder. */
  imports: ReadonlyMap<string, string>;
}

/** Sweeps over the variants of a spec. @throws CommandError, SweepProblem */
export async function runSweepCommand({ space, imports }: SweepSpec, options: SweepOptions): Promise<void> {
  const sweeps = await import("../../sweep/index.js");
  const { file, seeds, eta, scheduler, seed, metric, engine, epochs } = options;
  checkNumbers(options);
  const time = options.budget === undefined ? undefined : sweeps.readBudget(options.budget);
  const folder = resolve(options.out ?? join("sweeps", space.model.toLowerCase()));
  const quiet = options.quiet || options.json;
  const variants = sweeps.trialsOf(space, file, imports);
  const customFiles = await readFiles(dirname(file), variants.customPaths);

  const interruption = new AbortController();
  const { signal } = interruption;
  const interrupt = (name?: string) => {
    // Asked twice: all results are on the disk.
    if (signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort(name);
  };
  const signals = ["SIGINT", "SIGTERM", "disconnect"] as const;
  for (const name of signals) process.on(name, interrupt);
  let lost = false;
  const lock = await sweeps.lockFolder(folder, {
    signal,
    onWait: () =>
      quiet || process.stderr.write(`${folder}: a sweep was here; waiting until its lock is stale\n`),
    lost() {
      lost = true;
      interrupt();
    },
  });
  try {
    await removeTemporaryFiles(folder);
    const settings = { scheduler, eta, seeds, metric, seed, engine };
    const retry = options["retry-failed"];
    const opened = await sweeps.openSweep(folder, file, variants, settings, { retry });
    const { journal, state, expected } = opened;
    const listeners = [
      sweeps.sweepProgress({ quiet, expected, time, epochs }),
      ...(options.json ? [sweeps.eventStream((line) => process.stdout.write(line))] : []),
    ];
    const place = await placeOf(options, {
      ...{ folder, model: space.model, opened, imports, customFiles, time },
      onEpoch: (job) => listeners.forEach((listener) => listener.epoch?.(job)),
    });
    listeners.push(...place.listeners);
    const { executor } = place;
    const how = await sweeps
      .runSweep({ state, journal, executor, listeners, signal, time, epochs })
      .finally(() => place.close());
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
      const { rankingText } = await import("./ranking.js");
      print(`${rankingText(content)}\n\n${paths.join("\n")}`);
    }
    if (how === "stopped")
      throw new CommandError(
        `\nInterrupted: ${plural(state.outcomes.size, "result") || "no result"} kept in ${folder}. The same command goes on.`,
        exitCodes.interrupted,
      );
    tellFailures(content);
  } finally {
    for (const name of signals) process.off(name, interrupt);
    await lock.release();
  }
}

/** Says what failed; sets the exit code when all did. */
function tellFailures({ variants, ranking }: SweepContent): void {
  if (variants.failed === 0) return;
  const first = ranking.find(({ errors }) => errors.length > 0);
  process.stderr.write(
    `${plural(variants.failed, "variant")} failed; the first, ${first?.name}:\n${first?.errors[0]?.error}\n--retry-failed tries again what failed.\n`,
  );
  if (variants.trained === 0) process.exitCode = exitCodes.failed;
}

/** Texts of files by their path. @throws CommandError when one can't be read */
async function readFiles(folder: string, paths: readonly string[]): Promise<Map<string, string>> {
  const read = async (path: string) => {
    const text = await readFile(join(folder, path), "utf8").catch((error: NodeJS.ErrnoException) => {
      throw new CommandError(
        `${join(folder, path)}: it can't be read (${error.code}).`,
        exitCodes.wrongInput,
      );
    });
    return [path, text] as const;
  };
  return new Map(await Promise.all(paths.map(read)));
}
