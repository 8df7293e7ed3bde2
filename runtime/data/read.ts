import { readdir, readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { exists } from "../runs/exists.js";
import { readArrow } from "./arrow.js";
import { readCsv, readTsv } from "./csv.js";
import { readFolder } from "./folder.js";
import { readHdf5 } from "./hdf5.js";
import { readJsonLines } from "./json-lines.js";
import { gunzip } from "./limits.js";
import { readNpyFile, readNpz } from "./npz.js";
import { readParquet } from "./parquet.js";
import { DataError, ProblemList } from "./problems.js";
import { leadsOut } from "./links.js";
import { readSafetensors } from "./safetensors.js";
import { checkUnchanged, stampOf } from "./unchanged.js";
import type { Table } from "./table.js";

interface Reader {
  doc: string;
  read(path: string): Promise<Table>;
}

interface TextReader {
  doc: string;
  parse(bytes: Uint8Array, path: string): Table;
}

const texts: readonly (readonly [string, TextReader])[] = [
  [".csv", { doc: "comma-separated values with a header", parse: readCsv }],
  [".tsv", { doc: "the same with tabs", parse: readTsv }],
  [".jsonl", { doc: "JSON lines: an object a line", parse: readJsonLines }],
  [".ndjson", { doc: "JSON lines", parse: readJsonLines }],
];

/** What can be read, by the file's ending; a folder ends with a slash. */
export const readers: ReadonlyMap<string, Reader> = new Map([
  [".npz", { doc: "NumPy arrays, zipped", read: (path) => readNpz(path) }],
  [".npy", { doc: "one NumPy array", read: readNpyFile }],
  ...texts.flatMap(([ending, { doc, parse }]): [string, Reader][] => [
    [ending, { doc, read: async (path) => parse(await readFile(path), path) }],
    [
      `${ending}.gz`,
      { doc: `${doc}, gzipped`, read: async (path) => parse(gunzip(await readFile(path)), path) },
    ],
  ]),
  [".parquet", { doc: "Apache Parquet", read: (path) => readParquet(path) }],
  [".arrow", { doc: "Apache Arrow", read: readArrow }],
  [".feather", { doc: "Feather, version 2", read: readArrow }],
  [".h5", { doc: "HDF5", read: (path) => readHdf5(path) }],
  [".hdf5", { doc: "HDF5", read: (path) => readHdf5(path) }],
  [".safetensors", { doc: "arrays, as PyTorch's users keep them", read: readSafetensors }],
  ["/", { doc: "a folder for each class, or NumPy arrays", read: readFolder }],
] satisfies [string, Reader][]);

/** True for a path that isn't below the folder that it begins in. */
export function leaves(path: string): boolean {
  return isAbsolute(path) || path.split(/[\\/]/).includes("..") || path.includes("\0");
}

/**
 * Finds what reads a path.
 * @param path inside `folder`
 * @throws DataError when it isn't there, nothing reads it, or it leaves the folder
 */
export async function findReader(
  path: string,
  folder: string,
  line?: number,
): Promise<{ full: string; reader: Reader }> {
  const problems = new ProblemList();
  if (leaves(path)) problems.add("outside", path, { path }, line);
  problems.check();
  const full = join(folder, path);
  const ending = [...readers.keys()].find((known) => path.toLowerCase().endsWith(known));
  const reader = ending === undefined ? undefined : readers.get(ending);
  if (reader === undefined) problems.add("unknownFormat", full, { known: [...readers.keys()] }, line);
  else if (!(await exists(full))) {
    const names = await readdir(dirname(full)).catch(() => []);
    const near = names.map((name) => join(dirname(path), name));
    problems.add("noFile", full, { path, near }, line);
  }
  if (await leadsOut(full, folder)) problems.add("outside", full, { path }, line);
  problems.check();
  return { full, reader: reader as Reader };
}

/**
 * Reads a file of samples.
 * @param path inside `folder`
 * @throws DataError when it isn't there, can't be read, or leaves the folder
 */
export async function readTable(path: string, folder: string, line?: number): Promise<Table> {
  const { full, reader } = await findReader(path, folder, line);
  const stamp = await stampOf(full);
  try {
    const table = await reader.read(full);
    await checkUnchanged(stamp, line);
    return table;
  } catch (error) {
    if (error instanceof DataError) throw error;
    await checkUnchanged(stamp, line);
    const problems = new ProblemList();
    problems.add("unreadable", full, { reason: (error as Error).message.replace(/\.$/, "") }, line);
    problems.check();
    throw error;
  }
}
