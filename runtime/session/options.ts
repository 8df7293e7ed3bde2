import { parseArgs } from "node:util";
import type { EngineName } from "../engines/index.js";

/** What the command line of a generated script may say. */
export interface ScriptOptions {
  /** Where the paths of the spec's data begin. */
  data: string;
  /** The run's folder; a new one is made when it is left out. */
  run?: string;
  engine?: EngineName;
  /** Print nothing but errors. */
  quiet: boolean;
  /** Print what was found as JSON. */
  json: boolean;
}

/** The command line is wrong. */
export class UsageError extends Error {
  override name = "UsageError";
}

const engines: readonly string[] = ["tensorflow", "webgpu", "wasm", "cpu"] satisfies EngineName[];

/** @throws UsageError */
export function readOptions(args: readonly string[]): ScriptOptions {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        data: { type: "string", default: "." },
        run: { type: "string" },
        engine: { type: "string" },
        quiet: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(
      `${(error as Error).message}\nOptions: --data FOLDER, --run FOLDER, --engine NAME, --quiet, --json`,
    );
  }
  const { data, run, engine, quiet, json } = values;
  if (engine !== undefined && !engines.includes(engine)) {
    throw new UsageError(`There is no engine ${engine}. Engines: ${engines.join(", ")}.`);
  }
  return {
    data,
    ...(run !== undefined && { run }),
    ...(engine !== undefined && { engine: engine as EngineName }),
    quiet: quiet || json,
    json,
  };
}
