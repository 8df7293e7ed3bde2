import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { GeneratedFile } from "../compiler/index.js";
import { writeAtomically } from "../runtime/runs/atomic.js";

/** Writes generated files into a folder, each whole or not at all. */
export async function writeFiles(folder: string, files: readonly GeneratedFile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { path, text } of files) await writeAtomically(join(folder, path), text);
}
