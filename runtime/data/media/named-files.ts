import { readFile, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { isInside } from "../links.js";
import type { ModalityBinding } from "../load.js";
import type { DataProblemName, ProblemList } from "../problems.js";
import type { TextColumn } from "../table.js";

/** Files that are read at the same time. */
const atOnce = 8;

/** Where the files are and what they must not leave. */
export interface MediaPlace {
  /** The file or folder that names them. */
  where: string;
  /** The folder of the data. */
  folder: string;
  problems: ProblemList;
}

/** A file that isn't what the modality wants, as parameters of the problem. */
export class Unfit {
  constructor(
    readonly problem: DataProblemName,
    readonly about: Record<string, unknown> = {},
  ) {}
}

/**
 * Reads the files that a column names, beside the file that names them, and reports those that can't be had.
 * @param parse a file's bytes; what it throws is why it can't be read
 * @param keep what was read; undefined of a row whose problem was reported. Not called where a name is missing, or the file of an optional modality
 */
export async function readNamedFiles<T extends object | string>(
  name: string,
  { optional, line }: ModalityBinding,
  { values: files, sources }: TextColumn,
  { where, folder, problems }: MediaPlace,
  parse: (bytes: Uint8Array) => Promise<T | Unfit> | T | Unfit,
  keep: (read: T | undefined, row: number) => void,
): Promise<void> {
  const root = await realpath(folder);
  const wrong = new Map<DataProblemName, { row: number }[]>();
  const one = async (row: number) => {
    const file = files[row]?.trim() ?? "";
    if (file === "") return;
    const found = await readNamed(file, besideOf(sources?.[row] ?? where), root, parse);
    if (!(found instanceof Unfit)) return keep(found, row);
    const { problem, about } = found;
    if (problem === "noMedia" && optional === true) return;
    keep(undefined, row);
    const rows = wrong.get(problem) ?? [];
    rows.push({ row, name, file, count: 1, ...about } as { row: number });
    wrong.set(problem, rows);
  };
  let next = 0;
  const worker = async () => {
    while (next < files.length) await one(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  for (const rows of wrong.values()) rows.sort((a, b) => a.row - b.row);
  const first = (rows: readonly { row: number }[]) => rows[0]?.row ?? 0;
  for (const [problem, rows] of [...wrong].sort(([, a], [, b]) => first(a) - first(b)))
    problems.addRows(problem, where, rows as never, { count: rows.length } as never, line);
}

/** The folder in which a file names others. */
export function besideOf(source: string): string {
  return /[\\/]$/.test(source) ? source : dirname(source);
}

async function readNamed<T>(
  file: string,
  base: string,
  root: string,
  parse: (bytes: Uint8Array) => Promise<T | Unfit> | T | Unfit,
): Promise<T | Unfit> {
  if (isAbsolute(file) || file.split(/[\\/]/).includes("..") || file.includes("\0"))
    return new Unfit("mediaOutside");
  const path = await realpath(join(base, file)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (path === undefined) return new Unfit("noMedia");
  if (!isInside(path, root)) return new Unfit("mediaOutside");
  try {
    return await parse(await readFile(path));
  } catch (error) {
    return new Unfit("mediaUnreadable", { reason: (error as Error).message.replace(/\.$/, "") });
  }
}
