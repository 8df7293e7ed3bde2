import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import type { Executor, OpenedSweep, SweepListener } from "../../sweep/index.js";
import { scriptCommand } from "../run-script.js";
import { addressOf } from "./queue-options.js";
import type { SweepOptions } from "./settings.js";

/** Where variants are trained: on this machine, or by the workers of a queue. */
export interface Place {
  executor: Executor;
  /** What hears of it besides the terminal. */
  listeners: SweepListener[];
  close(): Promise<void>;
}

export interface PlaceContext {
  folder: string;
  model: string;
  opened: OpenedSweep;
  imports: ReadonlyMap<string, string>;
  customFiles: ReadonlyMap<string, string>;
  /** Milliseconds. */
  time: number | undefined;
  onEpoch: NonNullable<SweepListener["epoch"]>;
}

/** @throws SweepProblem when the queue can't be reached */
export async function placeOf(options: SweepOptions, context: PlaceContext): Promise<Place> {
  return options.queue === undefined ? here(options, context) : onQueue(options, context);
}

async function here(
  options: SweepOptions,
  { folder, model, imports, customFiles, onEpoch }: PlaceContext,
): Promise<Place> {
  const { localExecutor } = await import("../../sweep/index.js");
  const { file, engine, custom, jobs = availableParallelism() } = options;
  const trainer = {
    ...{
      command: scriptCommand(),
      data: resolve(dirname(file)),
      model,
      engine,
      custom,
      imports,
      customFiles,
    },
    checkpointEvery: options["checkpoint-every"],
  };
  return {
    executor: localExecutor(folder, jobs, trainer, onEpoch),
    listeners: [],
    close: async () => undefined,
  };
}

async function onQueue(
  options: SweepOptions,
  { folder, model, opened, imports, customFiles, time, onEpoch }: PlaceContext,
): Promise<Place> {
  const { connect, folderStorage, publisher, QueueExecutor, redisStorage } =
    await import("../../sweep/queue/index.js");
  const { quiet, json, engine, file, epochs, storage: shared } = options;
  const say = (line: string) => void (quiet || json || process.stderr.write(`${line}\n`));
  const { redis, settings, disconnect } = await connect(addressOf(options), say);
  const executor = await QueueExecutor.open({
    ...{ folder, redis, settings, model, engine, imports, customFiles, onEpoch, say },
    storage: shared === undefined ? redisStorage(redis) : folderStorage(resolve(shared)),
    files: opened.files,
    dataUrl: options["data-url"],
  });
  const { expected } = opened;
  const status = publisher(redis, { id: executor.id, model, spec: file, expected, time, epochs });
  return {
    executor,
    listeners: [status],
    async close() {
      await status.close();
      await executor.close();
      disconnect();
    },
  };
}
