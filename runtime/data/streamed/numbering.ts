import { columnOfCells, rowsOf, textsOfCells, type Column } from "../table.js";

/** Names of a column, read block by block, numbered as they come. */
export interface Numbered {
  /** As they are written, in the order in which they were met. */
  names: readonly string[];
  /** True where the column has numbers, not texts that may look like ones. */
  numbers: boolean;
  /** True where the file itself says that they are texts, whatever they look like. */
  texts?: boolean;
}

/** Numbers the names of a column as they come. */
export class Numbering implements Numbered {
  readonly names: string[] = [];
  numbers = false;
  texts = false;
  /** Of each name: how many rows have it, and the first that does. */
  readonly counts: number[] = [];
  readonly firstRows: number[] = [];
  private readonly positions = new Map<string, number>();

  /**
   * @param rowOf row of the source at a position of the column
   * @param asWritten false where the file itself says which columns are texts
   * @returns a row's number; NaN where it has no name
   */
  add(column: Column, rowOf: (position: number) => number, asWritten: boolean): Float64Array {
    this.numbers = column.kind === "numeric";
    if (column.kind === "text" && !asWritten) this.texts = true;
    const codes = new Float64Array(rowsOf(column));
    for (let row = 0; row < codes.length; row++) {
      const value = column.values[row];
      if (value === null || value === undefined || value === "" || Number.isNaN(value)) codes[row] = NaN;
      else codes[row] = this.numberOf(String(value), rowOf(row));
    }
    return codes;
  }

  private numberOf(name: string, row: number): number {
    let at = this.positions.get(name);
    if (at === undefined) {
      at = this.names.length;
      this.positions.set(name, at);
      this.names.push(name);
      this.counts.push(0);
      this.firstRows.push(row);
    }
    this.counts[at] = (this.counts[at] as number) + 1;
    return at;
  }
}

/** The names as a column of the whole file would have them: numbers where all of them are. */
export function asRead({ names, texts }: Numbered): Column {
  return texts === true ? textsOfCells(names) : columnOfCells(names);
}

/**
 * The names as reading the whole file at once would have them and in its order, numbers by size and texts by their characters' codes; and of each number
 * so far its position among them, -1 where the name means that there is none.
 */
export function inOrder({ names, numbers, texts }: Numbered): { names: string[]; positions: Int32Array } {
  const column = numbers ? undefined : asRead({ names, numbers, ...(texts && { texts }) });
  const numeric = numbers || column?.kind === "numeric";
  const written =
    column?.kind === "numeric"
      ? Array.from(column.values, (value) => (Number.isNaN(value) ? undefined : String(value)))
      : names;
  const sorted = [...new Set(written.filter((name) => name !== undefined))];
  if (numeric) sorted.sort((a, b) => Number(a) - Number(b));
  else sorted.sort((a, b) => (a < b ? -1 : Number(a > b)));
  const order = new Map(sorted.map((name, i) => [name, i]));
  return {
    names: sorted,
    positions: Int32Array.from(written, (name) => (name === undefined ? -1 : (order.get(name) as number))),
  };
}
