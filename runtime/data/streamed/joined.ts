import { stat } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { Joiner, type JoinCount } from "../join.js";
import type { DataPlan } from "../load.js";
import type { ProblemList } from "../problems.js";
import { filesNamed, onlyOptional, readFiles } from "../source.js";
import { sampleColumns } from "../targets.js";
import { numberOf, type Column, type Table } from "../table.js";

/** Of the bound, what files that are joined may take in memory while the first one is read, all together. */
const joinedShare = 1 / 4;

/** A key that is written in two ways, as "01" and "1". */
interface Odd {
  column: string;
  value: string;
}

/** Rows of a block with what other files tell of them. */
export interface JoinedRows {
  table: Table;
  /** Of the block. */
  rows: number;
  /** Where those stand in it that have partners; undefined where all stay. */
  kept?: Int32Array;
}

/** Files that rows of the first one are looked up in; they are in memory while it is read. */
export class JoinedFiles {
  /** Of each key that the first file has as texts: whether all are numbers, and one that isn't written as numbers are. */
  private readonly written: { numbers: boolean; odd?: Odd }[];

  private constructor(
    private readonly plan: DataPlan,
    private readonly joiners: readonly Joiner[],
    private readonly tables: readonly Table[],
    private readonly problems: ProblemList,
  ) {
    this.written = joiners.map(() => ({ numbers: true }));
  }

  /** @throws DataError when one can't be read, or they don't fit into their share of the bound */
  static async open(plan: DataPlan, folder: string, problems: ProblemList): Promise<JoinedFiles> {
    const { joins = [], streamed } = plan;
    const most = joinedShare * (streamed?.within ?? Infinity);
    let bytes = 0;
    const tables: Table[] = [];
    const joiners: Joiner[] = [];
    const check = (more: number, path: string, line?: number) => {
      if (bytes + more > most)
        problems.add("joinedTooLarge", joinPath(folder, path), { bytes: bytes + more, most }, line);
      problems.check();
    };
    for (const join of joins) {
      for (const path of await pathsOf(join.with, folder, join.line))
        check(
          await stat(path).then(
            ({ size }) => size,
            () => 0,
          ),
          join.with,
          join.line,
        );
      const table = await readFiles(join.with, folder, join.line);
      const own = bytesOf(table);
      check(own, join.with, join.line);
      bytes += own;
      tables.push(table);
      const options = { bound: sampleColumns(plan), keep: onlyOptional(table, join, plan) };
      joiners.push(new Joiner(table, join, options, problems));
    }
    return new JoinedFiles(plan, joiners, tables, problems);
  }

  /**
   * Rows of the first file with what the others tell of them.
   * @param asWritten whether its numbers are texts that look like some
   */
  join(rows: Table, asWritten: boolean): JoinedRows {
    let table = rows;
    let count: number | undefined;
    for (const [i, joiner] of this.joiners.entries()) {
      const { by = "" } = this.plan.joins?.[i] ?? {};
      const own = rows.columns.get(by);
      if (own?.kind === "text") this.watch(i, by, own.values, asWritten);
      table = joiner.join(table);
      // Of the first one: what it left out isn't in the next.
      count ??= joiner.seen;
    }
    const { rows: kept, ...joined } = table;
    const total = count ?? 0;
    return { table: joined, rows: total, ...(kept && kept.length < total && { kept }) };
  }

  /**
   * How many rows found each other.
   * @param first what the first file is called
   * @throws DataError where none did, or it can't be told whether keys are numbers
   */
  counts(first: string): JoinCount[] {
    const { plan, joiners, tables, problems, written } = this;
    written.forEach(({ numbers, odd }, i) => {
      const { by = "", line } = plan.joins?.[i] ?? {};
      const right = tables[i]?.columns.get(by);
      if (!numbers || right?.kind !== "text") return;
      const found = odd ?? right.values.map((value) => oddOf(by, value)).find((one) => one !== undefined);
      if (found !== undefined) problems.add("keyWritten", first, found, line);
    });
    problems.check();
    return joiners.map((joiner) => joiner.end(first));
  }

  private watch(i: number, column: string, values: readonly (string | null)[], asWritten: boolean): void {
    const own = this.written[i] as (typeof this.written)[number];
    if (!asWritten) own.numbers = false;
    for (const value of own.numbers ? values : []) {
      if (value !== null && numberOf(value) === undefined) own.numbers = false;
      else own.odd ??= oddOf(column, value) as Odd;
    }
  }
}

/** The files that are joined. */
export async function joinedPaths({ joins = [] }: DataPlan, folder: string): Promise<string[]> {
  const found = await Promise.all(joins.map((join) => pathsOf(join.with, folder, join.line)));
  return found.flat();
}

async function pathsOf(path: string, folder: string, line?: number): Promise<string[]> {
  const files = await filesNamed(path, folder, line);
  return files.map((file) => joinPath(folder, file));
}

function oddOf(column: string, value: string | null): Odd | undefined {
  const text = value?.trim() ?? "";
  const number = Number(text);
  return text === "" || Number.isNaN(number) || String(number) === text ? undefined : { column, value: text };
}

function bytesOf({ columns }: Table): number {
  return [...columns.values()].reduce((sum, column) => sum + bytesOfColumn(column), 0);
}

function bytesOfColumn(column: Column): number {
  if (column.kind === "numeric") return 8 * column.values.length;
  return column.values.reduce((sum, value) => sum + 24 + (value?.length ?? 0), 0);
}
