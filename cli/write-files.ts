import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { GeneratedFile } from "../compiler/index.js";
import { writeAtomically } from "../runtime/runs/atomic.js";

/** Writes generated files into a folder, each whole or not at all. */
export async function writeFiles(folder: string, files: readonly GeneratedFile[]): Promise<void> {
  for (const { path, text } of files) {
    const to = join(folder, path);
    await mkdir(dirname(to), { recursive: true });
    await writeAtomically(to, text);
  }
}
