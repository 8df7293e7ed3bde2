import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { CommandError, exitCodes } from "../exit.js";
import { scriptCommand } from "../run-script.js";
import { addressOf, queueOptions, type QueueOptions } from "../sweep/queue-options.js";
import { checkpointOption } from "./train.js";

interface Options extends QueueOptions {
  jobs: number | undefined;
  data: string | undefined;
  work: string | undefined;
  custom: boolean;
  lease: number;
  idle: number | undefined;
  "checkpoint-every": number | undefined;
  quiet: boolean;
}

export const worker: CommandModule<object, Options> = {
  command: "worker",
  describe: "Train variants of sweeps that other machines put on a queue",
  builder: (yargs) =>
    yargs
      .options(queueOptions)
      .demandOption("queue", "A worker takes its work from a queue: --queue redis://HOST:PORT.")
      .option("jobs", { alias: "j", type: "number", describe: "Runs side by side; one a core" })
      .option("data", {
        type: "string",
        describe: "Folder in which the data's paths begin; fetched when left out",
      })
      .option("work", { type: "string", describe: "Folder for runs and data while they are needed" })
      .option("custom", {
        type: "boolean",
        default: false,
        describe: "Run the code of `custom` layers that comes over the queue",
      })
      .option("lease", {
        type: "number",
        default: 30,
        describe: "Seconds without a sign of life after which another worker takes over",
      })
      .option("idle", { type: "number", describe: "Seconds without work after which it ends" })
      .option("checkpoint-every", checkpointOption)
      .option("quiet", { type: "boolean", default: false, describe: "Print nothing but errors" }),
  async handler(options) {
    const { jobs = availableParallelism(), lease, idle, data, custom, quiet } = options;
    if (!(Number.isInteger(jobs) && jobs >= 1)) throw wrong("--jobs wants a whole number, 1 or more.");
    if (!(lease >= 1)) throw wrong("--lease wants a number of seconds, 1 or more.");
    if (idle !== undefined && !(idle >= 0)) throw wrong("--idle wants a number of seconds, 0 or more.");
    const { SweepProblem } = await import("../../sweep/index.js");
    const { connect, folderStorage, redisStorage, runWorker } = await import("../../sweep/queue/index.js");
    const say = (line: string) => void (quiet || process.stderr.write(`${line}\n`));
    const stop = new AbortController();
    const interrupt = (name: string) => {
      // Asked twice: another worker takes over from what was stored.
      if (stop.signal.aborted) process.exit(exitCodes.interrupted);
      stop.abort(name);
    };
    process.on("SIGINT", interrupt);
    process.on("SIGTERM", interrupt);
    try {
      const { redis, settings, disconnect } = await connect(addressOf(options), say);
      await runWorker({
        ...{ redis, settings, jobs, lease, idle, custom, say, signal: stop.signal },
        storage:
          options.storage === undefined ? redisStorage(redis) : folderStorage(resolve(options.storage)),
        command: scriptCommand(),
        data: data === undefined ? undefined : resolve(data),
        work: resolve(options.work ?? join(tmpdir(), "mmspec-worker")),
        checkpointEvery: options["checkpoint-every"],
      }).finally(() => disconnect());
    } catch (error) {
      if (error instanceof SweepProblem) throw new CommandError(error.message, exitCodes.wrongInput);
      throw error;
    } finally {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
    }
  },
};

function wrong(message: string): CommandError {
  return new CommandError(message, exitCodes.wrongUsage);
}
