import { Unreadable, type UnreadableCount, type UnreadableRow } from "../unreadable.js";

/** Reasons that are kept while blocks are read, at most. */
const mostReasons = 1000;

/** Rows that can't be read, of a source of any length: a bit each, and why of the first. */
export class LeftOutRows extends Unreadable {
  private bits = new Uint8Array(2 ** 10);
  private reasons = new Map<number, UnreadableRow>();
  private count = 0;

  override add(row: number, why: UnreadableRow): void {
    if (!this.isReadable(row)) return;
    const at = row >>> 3;
    if (at >= this.bits.length) {
      const wider = new Uint8Array(2 * (at + 1));
      wider.set(this.bits);
      this.bits = wider;
    }
    this.bits[at] = (this.bits[at] as number) | (1 << (row & 7));
    this.count++;
    this.reasons.set(row, why);
    if (this.reasons.size > mostReasons) this.reasons = new Map(this.first());
  }

  override isReadable(row: number): boolean {
    return !hasBit(this.bits, row);
  }

  override all(): UnreadableRow[] {
    return this.first().map(([, why]) => why);
  }

  override told(): UnreadableCount {
    return { count: this.count, first: this.all() };
  }

  /** A bit of each of so many rows, 1 where it can't be read. */
  bitsOf(rows: number): Uint8Array {
    const bits = new Uint8Array(bytesOfBits(rows));
    bits.set(this.bits.subarray(0, bits.length));
    return bits;
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
