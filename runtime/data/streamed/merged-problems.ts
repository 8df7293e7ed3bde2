import type { Unreadable } from "../unreadable.js";
import { ProblemList, type DataProblemName, type RowPlaces } from "../problems.js";

type Told = Record<string, unknown>;

interface Found {
  name: DataProblemName;
  where: string;
  parameters: Told;
  specLine: number | undefined;
}

/** Problems of blocks, told as of all of them: the first row that is wrong, and how many there are. */
export class MergedProblems extends ProblemList {
  /** Row of the file that comes first in the block that is looked at. */
  blockRow = 0;
  /** Rows of the block that are looked at, where some are left out. */
  rowsOfBlock: Int32Array | undefined;
  private readonly found = new Map<string, Found>();

  /**
   * @param parts the files of the source, where there are several; the last one may still grow
   * @param unreadable gathers rows that can't be read, by their number in all files
   */
  constructor(parts?: RowPlaces["parts"], unreadable?: Unreadable) {
    super(parts === undefined ? {} : { parts }, unreadable);
  }

  override addRows<Name extends DataProblemName>(
    ...[name, where, each, ...more]: Parameters<typeof ProblemList.prototype.addRows<Name>>
  ): void {
    const ofAll = (one: (typeof each)[number]) => ({ ...one, row: this.rowOf(one.row) });
    super.addRows(name, where, this.unreadable === undefined ? each : each.map(ofAll), ...more);
  }

  override add(...[name, where, parameters, specLine]: Parameters<ProblemList["add"]>): void {
    const own: Told = { ...(parameters as Told | undefined) };
    if (typeof own.row === "number") own.row = this.rowOf(own.row);
    const of = typeof own.row === "number" ? undefined : where;
    const key = JSON.stringify([name, of, own.name ?? own.column, specLine]);
    const before = this.found.get(key);
    if (before === undefined) {
      this.found.set(key, { name, where, parameters: own, specLine });
      return;
    }
    const earlier = (own.row as number) < (before.parameters.row as number);
    const sums = ["count", "samples"].flatMap((which) =>
      typeof own[which] === "number"
        ? [[which, (before.parameters[which] as number) + (own[which] as number)]]
        : [],
    );
    before.parameters = { ...(earlier ? own : before.parameters), ...Object.fromEntries(sums) };
  }

  /** The row of the source that stands at a position of the block that is looked at. */
  rowOf(position: number): number {
    return (this.rowsOfBlock?.[position] ?? position) + this.blockRow;
  }

  override addOfSource(...problem: Parameters<ProblemList["add"]>): void {
    this.add(...problem);
  }

  /** True where something is wrong. */
  get any(): boolean {
    return this.found.size > 0;
  }

  override check(): void {
    for (const { name, where, parameters, specLine } of this.found.values())
      super.add(name, where, parameters as never, specLine);
    this.found.clear();
    super.check();
  }
}
