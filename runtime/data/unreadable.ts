import { relative } from "node:path";
import { ProblemList } from "./problems.js";
import { takeSamples, type Samples } from "./samples.js";

/** A sample that can't be read, and why. */
export interface UnreadableRow {
  /** Its row in the file. */
  row: number;
  /** The file. */
  where: string;
  code: string;
  reason: string;
}

/** What `skip unreadable` allows. */
export interface SkipPlan {
  /** A share of the samples. */
  atMost: number;
  line?: number;
}

/** What was left out. */
export interface Skipped {
  count: number;
  /** All samples, with those. */
  of: number;
  /** The first of them. */
  first: readonly UnreadableRow[];
}

/** How many can't be read, and the first of them. */
export interface UnreadableCount {
  count: number;
  first: readonly UnreadableRow[];
}

/** The rows of a table that can't be read. Whoever reads a row says so here; a row has the reason that was found first. */
export class Unreadable {
  /** How many are named. */
  static readonly named = 10;
  private readonly rows = new Map<number, UnreadableRow>();

  /** @param position of the row in the table, which begins anew with each block of a file */
  add(position: number, why: UnreadableRow): void {
    if (!this.rows.has(position)) this.rows.set(position, why);
  }

  /** Whether a row can be read, as far as it has been. */
  isReadable(position: number): boolean {
    return !this.rows.has(position);
  }

  /** In the order of the rows. */
  all(): UnreadableRow[] {
    return [...this.rows].sort(([a], [b]) => a - b).map(([, why]) => why);
  }

  told(): UnreadableCount {
    return { count: this.rows.size, first: this.all().slice(0, Unreadable.named) };
  }
}

/** The samples that can be read, out of all. */
export function readableSamples(samples: Samples, unreadable: Unreadable): Samples {
  const positions = Int32Array.from({ length: samples.size }, (_, i) => i).filter((i) =>
    unreadable.isReadable(i),
  );
  return positions.length === samples.size ? samples : takeSamples(samples, positions);
}

/**
 * What is told of samples that are left out; nothing when there are none.
 * @param of all samples
 * @param folder of the data, from which files are named
 * @throws DataError when there are more than the spec allows
 */
export function skippedOf(
  { count, first }: UnreadableCount,
  of: number,
  { atMost, line }: SkipPlan,
  { where, folder }: { where: string; folder: string },
): Skipped | undefined {
  if (count === 0) return undefined;
  const skipped = {
    count,
    of,
    first: first.map((row) => ({ ...row, where: relative(folder, row.where) })),
  };
  if (count > atMost * of) {
    const problems = new ProblemList();
    const few = skipped.first.slice(0, 3).map(unreadableText);
    problems.add("tooManyUnreadable", where, { count, of, atMost, few }, line);
    problems.check();
  }
  return skipped;
}

export function unreadableText({ where, row, code, reason }: UnreadableRow): string {
  return `${where} row ${row}: ${code} ${reason}`;
}
