import { Unreadable, type UnreadableCount, type UnreadableRow } from "../unreadable.js";

/** Reasons that are kept while blocks are read, at most. */
const mostReasons = 1000;

/** Some rows of a source of any length: a bit each. */
export class RowSet {
  count = 0;
  private bits = new Uint8Array(2 ** 10);

  add(row: number): void {
    if (this.has(row)) return;
    const at = row >>> 3;
    if (at >= this.bits.length) {
      const wider = new Uint8Array(2 * (at + 1));
      wider.set(this.bits);
      this.bits = wider;
    }
    this.bits[at] = (this.bits[at] as number) | (1 << (row & 7));
    this.count++;
  }

  has(row: number): boolean {
    return hasBit(this.bits, row);
  }

  /** Adds these to a bit of each of so many rows. */
  addTo(bits: Uint8Array): void {
    for (let at = 0; at < Math.min(bits.length, this.bits.length); at++)
      bits[at] = (bits[at] as number) | (this.bits[at] as number);
  }
}

/** Rows that can't be read, and why of the first. */
export class UnreadableRows extends Unreadable {
  readonly set = new RowSet();
  private reasons = new Map<number, UnreadableRow>();

  override add(row: number, why: UnreadableRow): void {
    if (this.set.has(row)) return;
    this.set.add(row);
    this.reasons.set(row, why);
    if (this.reasons.size > mostReasons) this.reasons = new Map(this.first());
  }

  override isReadable(row: number): boolean {
    return !this.set.has(row);
  }

  override all(): UnreadableRow[] {
    return this.first().map(([, why]) => why);
  }

  override told(): UnreadableCount {
    return { count: this.set.count, first: this.all() };
  }

  private first(): [number, UnreadableRow][] {
    return [...this.reasons].sort(([a], [b]) => a - b).slice(0, Unreadable.named);
  }
}

export function bytesOfBits(rows: number): number {
  return Math.ceil(rows / 8);
}

export function hasBit(bits: Uint8Array, row: number): boolean {
  return (((bits[row >>> 3] ?? 0) >> (row & 7)) & 1) === 1;
}
