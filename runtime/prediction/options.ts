import { parseArgs } from "node:util";
import { engineNameOf, UsageError } from "../session/options.js";
import type { EngineName } from "../engines/index.js";
import { nameOfHost } from "./serve/hosts.js";

/** What the command line of a generated `predict.ts` may say. */
export interface PredictOptions {
  run: string;
  /** Where the paths of the spec's data begin; where it was in training when it is left out. */
  data?: string;
  engine?: EngineName;
  quiet: boolean;
  json: boolean;
  task: FileTask | ServeTask | ExportTask;
}

/** Predict a file. */
export interface FileTask {
  kind: "file";
  file: string;
  /** Where the predictions go; to the terminal when it is left out. */
  out?: string;
  pid: boolean;
  labels: boolean;
  /** Samples in memory at a time. */
  block: number;
}

/** Answer over HTTP. */
export interface ServeTask {
  kind: "serve";
  host: string;
  /** 0 for any that is free. */
  port: number;
  /** Names besides its own that it answers to: of proxies in front of it. */
  allowedHosts: string[];
  limits: Limits;
}

/** Write the model in another form. */
export interface ExportTask {
  kind: "export";
  /** Where its files go. */
  to: string;
  as: ExportForm;
}

/** A graph for TensorFlow.js in browsers, or what a package of the trainer's code needs beside the code. */
export type ExportForm = "web" | "package";

/** What a service takes at most. */
export interface Limits {
  /** Of a request. */
  bytes: number;
  /** In a request. */
  samples: number;
  /** Requests that are answered or wait to be. */
  requests: number;
}

/** Those of a service that says nothing else. */
export const usualLimits: Limits = { bytes: 8 * 2 ** 20, samples: 1000, requests: 16 };

const usage =
  "Options: --run FOLDER, then FILE [--out FILE.csv|.jsonl|.parquet] [--pid] [--no-labels] [--block SAMPLES], or --serve [--port NUMBER] [--host NAME] [--allow-host NAME] [--max-body MIB] [--max-samples NUMBER] [--max-requests NUMBER], or --export FOLDER --as web|package; --data FOLDER, --engine NAME, --quiet, --json";

/** @throws UsageError */
export function readPredictOptions(args: readonly string[]): PredictOptions {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        run: { type: "string" },
        data: { type: "string" },
        engine: { type: "string" },
        quiet: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        out: { type: "string" },
        pid: { type: "boolean", default: false },
        "no-labels": { type: "boolean", default: false },
        block: { type: "string", default: "1024" },
        serve: { type: "boolean", default: false },
        export: { type: "string" },
        as: { type: "string", default: "web" },
        host: { type: "string", default: "127.0.0.1" },
        port: { type: "string", default: "8080" },
        "allow-host": { type: "string", multiple: true, default: [] },
        "max-body": { type: "string", default: String(usualLimits.bytes / 2 ** 20) },
        "max-samples": { type: "string", default: String(usualLimits.samples) },
        "max-requests": { type: "string", default: String(usualLimits.requests) },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
  const { values, positionals } = parsed;
  const { run, data, engine, quiet, json, out, pid, serve, host, export: to, as } = values;
  if (run === undefined) throw new UsageError(`Which run? --run FOLDER says it.\n${usage}`);
  const [file] = positionals;
  if (positionals.length > 1 || [serve, file !== undefined, to !== undefined].filter(Boolean).length !== 1)
    throw new UsageError(`One file, --serve or --export.\n${usage}`);
  if (as !== "web" && as !== "package") throw new UsageError(`--as is web or package, not ${as}.\n${usage}`);
  const whole = (name: "block" | "port" | "max-samples" | "max-requests", least: number, most = Infinity) => {
    const value = Number(values[name]);
    if (values[name].trim() === "" || !Number.isInteger(value) || value < least || value > most)
      throw new UsageError(
        `--${name} wants a whole number${most === Infinity ? `, ${least} or more` : ` from ${least} to ${most}`}.`,
      );
    return value;
  };
  const bytes = Math.floor(Number(values["max-body"]) * 2 ** 20);
  if (!(bytes >= 1)) throw new UsageError("--max-body wants a number of MiB above 0.");
  const task: PredictOptions["task"] =
    to !== undefined
      ? { kind: "export", to, as }
      : serve
        ? {
            kind: "serve",
            host,
            port: whole("port", 0, 65535),
            allowedHosts: values["allow-host"].map(allowedHost),
            limits: { bytes, samples: whole("max-samples", 1), requests: whole("max-requests", 1) },
          }
        : {
            kind: "file",
            file: file as string,
            ...(out !== undefined && { out }),
            pid,
            labels: !values["no-labels"],
            block: whole("block", 1),
          };
  return {
    run,
    ...(data !== undefined && { data }),
    ...(engine !== undefined && { engine: engineNameOf(engine) }),
    quiet,
    json,
    task,
  };
}

function allowedHost(text: string): string {
  const name = nameOfHost(text);
  if (name === undefined)
    throw new UsageError(
      `--allow-host wants a name alone, like example.org, without protocol, port or path; not ${JSON.stringify(text)}.`,
    );
  return name;
}
