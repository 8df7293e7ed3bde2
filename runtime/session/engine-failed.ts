import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { EngineFailure } from "../engines/index.js";
import { loadCheckpoint } from "../runs/index.js";

/** The run whose engine failed. */
export interface FailedRun {
  folder: string;
  /** `import.meta.url` of its script. */
  script: string;
  /** Samples a step, when it was learning. */
  batch: number | undefined;
  /** What the samples a step had been divided by. */
  divideBatch: number;
  /** True when fewer may be taken. */
  smallerBatch: boolean;
}

/**
 * Tells of an engine that failed. Where its memory didn't suffice and the user allowed it, goes on from the last checkpoint with half as many samples a
 * step, in a process of its own: nothing more can be asked of this one's engine.
 */
export async function afterFailure(
  { message, memory }: EngineFailure,
  { folder, script, batch, divideBatch, smallerBatch }: FailedRun,
): Promise<{ exitCode: number; wentOn: boolean }> {
  const say = (text: string) => process.stderr.write(`\n${text}\n`);
  if (memory && smallerBatch && batch !== undefined && batch > 1) {
    say(`${message} Going on with ${Math.floor(batch / 2)} samples a step.`);
    return { exitCode: await runAgain(script, folder, 2 * divideBatch), wentOn: true };
  }
  const saved = batch !== undefined && (await loadCheckpoint(folder)) !== undefined;
  const next = saved
    ? `\`mmspec resume ${folder}\` goes on from the last checkpoint.`
    : "Nothing had been saved yet.";
  const advice =
    "A smaller `batch` wants less memory; with `--smaller-batch` `train` and `resume` halve it when that happens.";
  say([message, next, ...(memory && batch !== undefined ? [advice] : [])].join(" "));
  return { exitCode: 3, wentOn: false };
}

/** Options that the new process gets anew. */
const replaced = new Set(["--run", "--divide-batch"]);

/** Runs a script once more, as this process was asked to. @returns its exit code */
function runAgain(script: string, folder: string, divideBatch: number): Promise<number> {
  const asked = process.argv.slice(2);
  const kept = asked.filter((each, i) => {
    const before = asked[i - 1];
    return each !== "--resume" && !replaced.has(each) && (before === undefined || !replaced.has(before));
  });
  const args = [...kept, "--run", folder, "--resume", "--divide-batch", String(divideBatch)];
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(script), ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  const stop = () => child.kill("SIGTERM");
  // A terminal sends Ctrl-C to both.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", stop);
  process.on("disconnect", stop);
  return new Promise((resolve) => {
    child.on("error", () => resolve(3));
    child.on("exit", (code) => resolve(code ?? 3));
  });
}
