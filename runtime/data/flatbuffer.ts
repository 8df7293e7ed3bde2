import { damaged } from "./damaged.js";

/** Reads the tables of a FlatBuffer, each place of which is checked: flatbuffers' own reader for JavaScript follows any offset, also back, and counts as far as it is told. */
export class FlatBuffer {
  private readonly view: DataView;
  /** Tables that may still be read: those that are written have bytes of their own. */
  private left: number;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.left = bytes.byteLength / 4;
  }

  /** The table that it begins with. @throws Error when it is damaged */
  root(): FlatTable {
    return this.table(0);
  }

  /** The table to which an offset leads. */
  table(at: number): FlatTable {
    if (--this.left < 0) throw damaged();
    return new FlatTable(this, this.target(at));
  }

  /** Where the offset at a place leads to: always further on. */
  target(at: number): number {
    const offset = this.number("getUint32", at, 4);
    const target = at + offset;
    if (offset === 0 || target + 4 > this.view.byteLength) throw damaged();
    return target;
  }

  /** Places of a vector's elements, of `width` bytes each. */
  vector(at: number, width: number): { start: number; length: number } {
    const start = this.target(at);
    const length = this.number("getUint32", start, 4);
    if (start + 4 + length * width > this.view.byteLength) throw damaged();
    return { start: start + 4, length };
  }

  number(as: "getUint8" | "getUint16" | "getInt32" | "getUint32", at: number, width: number) {
    if (at < 0 || at + width > this.view.byteLength) throw damaged();
    return this.view[as](at, true);
  }

  /** A whole number of 64 bits. @throws Error where it is no size: negative, or beyond 2^53 */
  size(at: number): number {
    if (at < 0 || at + 8 > this.view.byteLength) throw damaged();
    const value = Number(this.view.getBigInt64(at, true));
    if (!Number.isSafeInteger(value) || value < 0) throw damaged();
    return value;
  }
}

/** A table of a FlatBuffer: its fields by their numbers, as the schema counts them. */
export class FlatTable {
  private readonly fields: number;
  private readonly fieldsEnd: number;

  constructor(
    readonly buffer: FlatBuffer,
    private readonly at: number,
  ) {
    this.fields = at - buffer.number("getInt32", at, 4);
    const length = buffer.number("getUint16", this.fields, 2);
    if (length < 4) throw damaged();
    this.fieldsEnd = this.fields + length;
    buffer.number("getUint8", this.fieldsEnd - 1, 1);
  }

  /** Where a field's value stands; nothing where it has none. */
  private place(field: number): number | undefined {
    const at = this.fields + 4 + 2 * field;
    const offset = at + 2 > this.fieldsEnd ? 0 : this.buffer.number("getUint16", at, 2);
    return offset === 0 ? undefined : this.at + offset;
  }

  byte(field: number): number {
    const at = this.place(field);
    return at === undefined ? 0 : this.buffer.number("getUint8", at, 1);
  }

  short(field: number): number {
    const at = this.place(field);
    return at === undefined ? 0 : this.buffer.number("getUint16", at, 2);
  }

  /** @throws Error where it is negative, or beyond 2^53 */
  size(field: number): number {
    const at = this.place(field);
    return at === undefined ? 0 : this.buffer.size(at);
  }

  table(field: number): FlatTable | undefined {
    const at = this.place(field);
    return at === undefined ? undefined : this.buffer.table(at);
  }

  tables(field: number): FlatTable[] {
    return this.places(field, 4).map((at) => this.buffer.table(at));
  }

  /** The places of a vector's elements. */
  places(field: number, width: number): number[] {
    const at = this.place(field);
    if (at === undefined) return [];
    const { start, length } = this.buffer.vector(at, width);
    return Array.from({ length }, (_, i) => start + i * width);
  }

  /** Checks that a text or a vector lies inside. */
  check(field: number, width = 1): void {
    const at = this.place(field);
    if (at !== undefined) this.buffer.vector(at, width);
  }
}
