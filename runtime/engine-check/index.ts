import { fork } from "node:child_process";
import { surveyEngines, type EngineName, type EngineReport } from "../engines/index.js";
import type { TinyTraining } from "./tiny-model.js";

/** What an engine that can be opened came to. */
export interface EngineCheck {
  /** Samples a second, of a perceptron of 200-512-512-10 that learns with Adam, 256 a step. */
  samplesPerSecond: number;
  /** Largest difference to plain JavaScript's losses over four steps of a tiny model, relative to them. */
  lossError: number;
  /** Largest difference to plain JavaScript's gradient, relative to its largest component. */
  gradientError: number;
}

/** A survey's row, with what came of trying. */
export interface CheckedEngine extends EngineReport {
  check?: EngineCheck;
  /** The engine can be opened, but computes something else than plain JavaScript, or died. */
  failure?: string;
}

/** In float32 sums come to differ by their order; a wrong kernel differs by far more. */
const tolerance = 2e-3;

interface Answer {
  training: TinyTraining;
  samplesPerSecond: number;
}

/**
 * What this machine can compute on, best first, each tried in a process of its own: a tiny model is trained and held against plain JavaScript, and the
 * speed is measured. One after the other, so that they don't slow each other down.
 */
export async function checkEngines(): Promise<CheckedEngine[]> {
  const reports = await surveyEngines();
  const reference = await tryEngine("cpu");
  const checked: CheckedEngine[] = [];
  for (const report of reports) {
    if (!report.available) {
      checked.push(report);
      continue;
    }
    const answer = report.name === "cpu" ? reference : await tryEngine(report.name);
    if (typeof answer === "string" || typeof reference === "string") {
      checked.push({ ...report, failure: typeof answer === "string" ? answer : String(reference) });
      continue;
    }
    const check = compare(answer, reference);
    const wrong = !(check.lossError < tolerance && check.gradientError < tolerance);
    checked.push({
      ...report,
      check,
      ...(wrong && { failure: "it computes other losses or gradients than plain JavaScript" }),
    });
  }
  return checked;
}

/** @returns what came of it, or why nothing did */
function tryEngine(name: EngineName): Promise<Answer | string> {
  const child = fork(new URL("./process.js", import.meta.url), [name], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said = "";
  child.stderr?.on("data", (text: Buffer) => (said += text.toString()));
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), 120_000);
    let answer: Answer | string | undefined;
    child.on("message", (message: Answer | { error: string }) => {
      answer = "error" in message ? message.error : message;
    });
    child.on("error", (error) => (answer ??= error.message));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const last = said.trim().split("\n").at(-1) ?? "";
      resolve(answer ?? `it died (${signal ?? `exit code ${code}`})${last === "" ? "" : `: ${last}`}`);
    });
  });
}

function compare(answer: Answer, reference: Answer): EngineCheck {
  const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs));
  const difference = (a: readonly number[], b: readonly number[]) =>
    Math.max(...b.map((value, i) => Math.abs(value - (a[i] ?? NaN)))) / largest(b);
  return {
    samplesPerSecond: answer.samplesPerSecond,
    lossError: difference(answer.training.losses, reference.training.losses),
    gradientError: difference(answer.training.gradient, reference.training.gradient),
  };
}
