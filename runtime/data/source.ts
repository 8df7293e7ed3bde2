import { join as joinPath } from "node:path";
import { concatenate } from "./concatenate.js";
import { besideGlob, isGlob, matches, outsideOf } from "./glob.js";
import { joinTables, type JoinCount, type JoinPlan } from "./join.js";
import type { DataColumns } from "./load.js";
import { ProblemList } from "./problems.js";
import { leaves, readTable } from "./read.js";
import { columnsOf, sampleColumns } from "./targets.js";
import type { Table } from "./table.js";

/** What samples are read from. */
export interface SourcePlan extends DataColumns {
  /** Path inside the data folder; `*` in it names several files. */
  from: string;
  line?: number;
}

/**
 * Reads what samples are made of: a file, or all that a path with `*` names, and the files that are joined with it by a key. A row that a joined file has no
 * partner for stays where only optional modalities read that file; else it is left out, and counted.
 * @throws DataError when one can't be read, or they don't fit together
 */
export async function readSource(
  plan: SourcePlan,
  folder: string,
): Promise<{ table: Table; joins: JoinCount[] }> {
  let table = await readFiles(plan.from, folder, plan.line);
  const joins: JoinCount[] = [];
  const bound = sampleColumns(plan);
  for (const join of plan.joins ?? []) {
    const right = await readFiles(join.with, folder, join.line);
    const problems = new ProblemList();
    const joined = joinTables(table, right, join, { bound, keep: onlyOptional(right, join, plan) }, problems);
    table = joined.table;
    joins.push(joined.count);
  }
  return { table, joins };
}

/** Reads a file, or several as one. */
export async function readFiles(path: string, folder: string, line?: number): Promise<Table> {
  if (!isGlob(path)) return readTable(path, folder, line);
  const files = await filesNamed(path, folder, line);
  const tables: Table[] = [];
  for (const file of files) tables.push(await readTable(file, folder, line));
  return concatenate(tables, joinPath(folder, path), new ProblemList(), line);
}

/**
 * The files that a path names: itself, or those that fit its `*`.
 * @returns paths inside the folder
 * @throws DataError where there are none, or one leaves the folder
 */
export async function filesNamed(path: string, folder: string, line?: number): Promise<string[]> {
  if (!isGlob(path)) return [path];
  const problems = new ProblemList();
  const where = joinPath(folder, path);
  if (leaves(path)) problems.add("outside", path, { path }, line);
  problems.check();
  const files = await matches(path, folder);
  if (files.length === 0)
    problems.add("nothingMatches", where, { path, beside: await besideGlob(path, folder) }, line);
  else
    for (const file of await outsideOf(files, folder))
      problems.add("outside", joinPath(folder, file), { path: file }, line);
  problems.check();
  return files;
}

/** True when samples can do without what a joined file tells of them: it feeds something, and all of that may be missing. */
export function onlyOptional(
  { columns }: Table,
  { by }: JoinPlan,
  { modalities, target }: DataColumns,
): boolean {
  const reads = (names: readonly string[]) => names.some((name) => name !== by && columns.has(name));
  if (reads(columnsOf(target))) return false;
  const fed = Object.values(modalities).filter(({ columns: names }) => reads(names));
  return fed.length > 0 && fed.every(({ optional }) => optional === true);
}
