import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { startThread } from "../../parallel/thread.js";
import { mediaEndings } from "../media/endings.js";

/** A file as the file system tells it. */
export interface FileState {
  path: string;
  size: number;
  mtimeMs: number;
}

/** The files of a source, in the order of their names: itself, or what a folder has, hidden ones passed over. */
export async function filesOf(path: string): Promise<FileState[]> {
  const found = await stat(path);
  if (!found.isDirectory()) return [{ path, size: found.size, mtimeMs: found.mtimeMs }];
  const names = (await readdir(path)).filter((name) => !name.startsWith(".") && name !== "Thumbs.db");
  const files: FileState[] = [];
  for (const name of names.sort()) files.push(...(await filesOf(join(path, name))));
  return files;
}

/** The same of several; of what isn't there, nothing. */
export async function filesOfAll(paths: readonly string[]): Promise<FileState[]> {
  const files: FileState[] = [];
  for (const path of paths) files.push(...(await filesOf(path).catch(() => [])));
  return files;
}

/** True where the file system tells of the same. */
export function sameFiles(a: readonly FileState[], b: readonly FileState[]): boolean {
  const told = ({ path, size, mtimeMs }: FileState) => `${path} ${size} ${mtimeMs}`;
  return a.length === b.length && a.every((file, i) => told(file) === told(b[i] as FileState));
}

/** Bytes that are hashed without starting a thread for it. */
const little = 16 * 2 ** 20;

/**
 * SHA-256 of all bytes of a source; of pictures and sounds that a folder has, of their sizes and times. Much of it is read in another thread.
 * @param base the folder whose own place doesn't count; where it is left out all of a path does
 */
export async function contentHash(files: readonly FileState[], base?: string): Promise<string> {
  const bytes = files.reduce((sum, file) => sum + (isMedium(file) ? 0 : file.size), 0);
  if (bytes <= little) return hashFiles(files, base);
  const thread = startThread(import.meta.url, { "mmspec hash": files, base });
  try {
    return await new Promise<string>((resolve, reject) => {
      thread.on("message", ({ hash, failed }: { hash: string; failed?: unknown }) =>
        failed === undefined ? resolve(hash) : reject(failed as Error),
      );
      thread.on("error", reject);
    });
  } finally {
    await thread.terminate();
  }
}

function isMedium({ path }: FileState): boolean {
  return mediaEndings.some((ending) => path.toLowerCase().endsWith(ending));
}

async function hashFiles(files: readonly FileState[], base?: string): Promise<string> {
  const sum = createHash("sha256");
  for (const file of files) {
    sum.update(`${base === undefined ? file.path : relative(base, file.path)}\n`);
    if (isMedium(file)) sum.update(`${file.size} ${file.mtimeMs}\n`);
    else
      for await (const bytes of createReadStream(file.path, { highWaterMark: 2 ** 20 }))
        sum.update(bytes as Buffer);
  }
  return sum.digest("hex");
}

/** In a thread that hashes. */
const order = workerData as { "mmspec hash"?: FileState[]; base?: string } | null;
const asked = order?.["mmspec hash"];
if (asked !== undefined) {
  hashFiles(asked, order?.base).then(
    (hash) => parentPort?.postMessage({ hash }),
    (failed: unknown) => parentPort?.postMessage({ failed }),
  );
}
