import { parseArgs } from "node:util";
import type { EngineName } from "../engines/index.js";

/** What the command line of a generated script may say. */
export interface ScriptOptions {
  /** Where the paths of the spec's data begin; here, or where it was before, when it is left out. */
  data?: string;
  /** The run's folder; a new one is made when it is left out. */
  run?: string;
  /** Go on with that run where it was stopped. */
  resume: boolean;
  /** Seconds between two checkpoints, at least. */
  checkpointEvery: number;
  /** Pause when so many epochs of all stages together have ended, and measure the validation split then or at the end. */
  pauseAfter?: number;
  engine?: EngineName;
  /** Threads that share each batch; when it is left out the machine's cores, up to 4, where that pays. */
  workers?: number;
  /** Where the engine's memory doesn't suffice, go on with half as many samples a step. */
  smallerBatch: boolean;
  /** What the samples a step are divided by; as before in a run that is resumed when it is left out. */
  divideBatch?: number;
  /** Print nothing but errors. */
  quiet: boolean;
  /** Print what was found as JSON. */
  json: boolean;
}

/** The command line is wrong. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** More threads than that have too little to do. */
const mostWorkers = 64;

const engines: readonly string[] = ["tensorflow", "webgpu", "wasm", "cpu"] satisfies EngineName[];

/** @throws UsageError when there is no such engine */
export function engineNameOf(engine: string): EngineName {
  if (!engines.includes(engine))
    throw new UsageError(`There is no engine ${engine}. Engines: ${engines.join(", ")}.`);
  return engine as EngineName;
}

/** @throws UsageError */
export function readOptions(args: readonly string[]): ScriptOptions {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        data: { type: "string" },
        run: { type: "string" },
        resume: { type: "boolean", default: false },
        "checkpoint-every": { type: "string", default: "5" },
        "pause-after": { type: "string" },
        engine: { type: "string" },
        workers: { type: "string" },
        "smaller-batch": { type: "boolean", default: false },
        "divide-batch": { type: "string" },
        quiet: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(
      `${(error as Error).message}\nOptions: --data FOLDER, --run FOLDER, --resume, --checkpoint-every SECONDS, --pause-after EPOCHS, --engine NAME, --workers N, --smaller-batch, --divide-batch NUMBER, --quiet, --json`,
    );
  }
  const { data, run, resume, engine, quiet, json } = values;
  const checkpointEvery = Number(values["checkpoint-every"]);
  if (!(checkpointEvery >= 0))
    throw new UsageError("--checkpoint-every wants a number of seconds, 0 or more.");
  const divideBatch = values["divide-batch"] === undefined ? undefined : Number(values["divide-batch"]);
  if (divideBatch !== undefined && !(Number.isInteger(divideBatch) && divideBatch >= 1))
    throw new UsageError("--divide-batch wants a whole number, 1 or more.");
  const pauseAfter = values["pause-after"] === undefined ? undefined : Number(values["pause-after"]);
  if (pauseAfter !== undefined && !(Number.isInteger(pauseAfter) && pauseAfter >= 1))
    throw new UsageError("--pause-after wants a whole number of epochs, 1 or more.");
  if (resume && run === undefined)
    throw new UsageError("--resume wants the run's folder: --run FOLDER --resume.");
  // A run that is resumed goes on as it was.
  const asked = values.workers ?? (resume ? undefined : process.env.MMSPEC_WORKERS || undefined);
  const workers = asked === undefined ? undefined : Number(asked);
  if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1 && workers <= mostWorkers)) {
    const what = values.workers === undefined ? "MMSPEC_WORKERS" : "--workers";
    throw new UsageError(`${what} wants a whole number of threads, 1 to ${mostWorkers}; it is ${asked}.`);
  }
  return {
    ...(data !== undefined && { data }),
    resume,
    checkpointEvery,
    ...(pauseAfter !== undefined && { pauseAfter }),
    ...(run !== undefined && { run }),
    ...(engine !== undefined && { engine: engineNameOf(engine) }),
    ...(workers !== undefined && { workers }),
    smallerBatch: values["smaller-batch"],
    ...(divideBatch !== undefined && { divideBatch }),
    quiet: quiet || json,
    json,
  };
}
