import { createHash } from "node:crypto";
import { readFile, realpath } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import type { KeptTokenizer } from "./tokenizer.js";

/** Largest tokenizer that is read, in bytes. */
const mostBytes = 256 * 2 ** 20;

/**
 * Reads a tokenizer's file.
 * @param folder of the data, which it must not leave
 * @throws Error when it isn't there or is too large
 */
export async function readTokenizer(file: string, folder: string): Promise<KeptTokenizer> {
  const path = await realpath(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === "ENOENT" ? "there is no such file" : error.message);
  });
  const inside = relative(await realpath(folder), path);
  if (inside.startsWith("..") || isAbsolute(inside)) throw new Error("it leaves the folder of the data");
  const bytes = await readFile(path);
  if (bytes.length > mostBytes) throw new Error(`it has ${bytes.length} bytes, more than ${mostBytes}`);
  return { file, sha256: createHash("sha256").update(bytes).digest("hex"), text: bytes.toString("utf8") };
}
