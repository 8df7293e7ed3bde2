import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GrowingFile } from "./growing-file.js";
import { asWriting } from "./write-error.js";

/** Writes a file whole or not at all: to a temporary file in the same folder, synced and renamed. @throws WriteError */
export async function writeAtomically(path: string, data: string | Uint8Array): Promise<void> {
  const file = await GrowingFile.open(path);
  try {
    await file.write(data);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Copies a file whole or not at all. @throws WriteError */
export async function copyAtomically(from: string, to: string): Promise<void> {
  await writeAtomically(to, await readFile(from));
}

/** Writes texts into a folder, each whole or not at all. @throws WriteError */
export async function writeFiles(
  folder: string,
  files: readonly { path: string; text: string }[],
): Promise<void> {
  for (const { path, text } of files) {
    const to = join(folder, path);
    await asWriting(to, mkdir(dirname(to), { recursive: true }));
    await writeAtomically(to, text);
  }
}
