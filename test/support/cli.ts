import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** The built command line. */
export const cli = resolve("dist/cli/main.js");
if (!existsSync(cli)) throw new Error("Build first: npm run build");

/** What it runs in: no colours, and the engine that every machine has. */
export const environment = { ...process.env, NO_COLOR: "1", MMSPEC_ENGINE: "wasm" };

/** Runs mmspec in a folder, to its end. */
export function mmspec(folder: string, ...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: environment,
    maxBuffer: 2 ** 26,
  });
  return { code: status, out: stdout, err: stderr };
}
