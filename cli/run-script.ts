import { spawn } from "node:child_process";
import { constants } from "node:os";

/** What runs a generated script with this mmspec's runtime: a program and its first arguments. */
export function scriptCommand(): [string, ...string[]] {
  const tsx = import.meta.resolve("tsx");
  const runtime = new URL("./use-own-runtime.js", import.meta.url).href;
  return [process.execPath, "--import", tsx, "--import", runtime];
}

/**
 * Runs a generated script in a process of its own, with this mmspec's runtime, and passes Ctrl-C on to it.
 * @param silent true keeps what it prints on the standard output away
 * @returns its exit code
 */
export async function runScript(
  script: string,
  args: readonly string[],
  { silent = false }: { silent?: boolean } = {},
): Promise<number> {
  const [program, ...first] = scriptCommand();
  const child = spawn(program, [...first, script, ...args], {
    // The channel tells the script when this process is gone.
    stdio: ["inherit", silent ? "ignore" : "inherit", "inherit", "ipc"],
  });
  // A terminal sends Ctrl-C to both processes: the child ends cleanly, this one waits for it.
  const wait = () => {};
  const stop = () => child.kill("SIGTERM");
  process.on("SIGINT", wait);
  process.on("SIGTERM", stop);
  // The command that started this one was killed.
  process.on("disconnect", stop);
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code, signal) => {
        if (signal !== null) process.stderr.write(killed(signal));
        resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
      });
    });
  } finally {
    process.off("SIGINT", wait);
    process.off("SIGTERM", stop);
    process.off("disconnect", stop);
  }
}

/** What a person is told of a script that ended without a word of its own. */
function killed(signal: NodeJS.Signals): string {
  const memory = signal === "SIGKILL" ? "; the system does that when memory is short" : "";
  return `The process that computed was ended by ${signal}${memory}. What was finished is kept; \`mmspec resume RUN\` goes on with a run from its last checkpoint.\n`;
}
