/**
 * Runs a script of this folder in the python that MMSPEC_PYTHON names, Debian's when it names none.
 * It reads a line of JSON and then arrays, and writes a line of JSON and then float32.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Undefined when there is no PyTorch, or the script failed. */
export async function runTorch<Head>(
  script: string,
  plan: unknown,
  arrays: readonly (Float32Array | Int32Array)[],
): Promise<{ head: Head; values: Float32Array } | undefined> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.env.MMSPEC_PYTHON ?? "/usr/bin/python3", [path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("close", resolve);
  });
  child.stdin.on("error", () => undefined);
  child.stdin.write(`${JSON.stringify(plan)}\n`);
  for (const { buffer, byteOffset, byteLength } of arrays)
    child.stdin.write(new Uint8Array(buffer, byteOffset, byteLength));
  child.stdin.end();
  const parts: Buffer[] = [];
  for await (const part of child.stdout) parts.push(part as Buffer);
  if ((await ended) !== 0) return undefined;
  const all = Buffer.concat(parts);
  const line = all.indexOf("\n");
  return {
    head: JSON.parse(all.subarray(0, line).toString()) as Head,
    values: new Float32Array(Uint8Array.from(all.subarray(line + 1)).buffer),
  };
}
