import { access, readdir } from "node:fs/promises";
import { dirname, extname, isAbsolute, join } from "node:path";
import { readCsv } from "./csv.js";
import { readNpz } from "./npz.js";
import { readParquet } from "./parquet.js";
import { ProblemList } from "./problems.js";
import type { Table } from "./table.js";

interface Reader {
  doc: string;
  read(path: string): Promise<Table>;
}

/** What can be read, by the file's ending. */
export const readers: ReadonlyMap<string, Reader> = new Map([
  [".npz", { doc: "NumPy arrays, zipped", read: readNpz }],
  [".csv", { doc: "comma-separated values with a header", read: readCsv }],
  [".parquet", { doc: "Apache Parquet", read: readParquet }],
]);

/**
 * Reads a file of samples.
 * @param path inside `folder`
 * @throws DataError when it isn't there, can't be read, or leaves the folder
 */
export async function readTable(path: string, folder: string, line?: number): Promise<Table> {
  const problems = new ProblemList();
  if (isAbsolute(path) || path.split(/[\\/]/).includes("..")) problems.add("outside", path, { path }, line);
  problems.check();
  const full = join(folder, path);
  const reader = readers.get(extname(path).toLowerCase());
  if (reader === undefined) problems.add("unknownFormat", full, { known: [...readers.keys()] }, line);
  else if (!(await exists(full))) {
    const names = await readdir(dirname(full)).catch(() => []);
    const near = names.map((name) => join(dirname(path), name));
    problems.add("noFile", full, { path, near }, line);
  }
  problems.check();
  try {
    return await (reader as Reader).read(full);
  } catch (error) {
    problems.add("unreadable", full, { reason: (error as Error).message.replace(/\.$/, "") }, line);
    problems.check();
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
