/** A size that is `times` the number of samples of a batch. */
export class PerBatch {
  constructor(readonly times: number) {}
}

export type Size = number | PerBatch;

/** What two traces of different batches agree on: numbers that differ are so many times the batch. */
export type Agreed<T> = T extends number
  ? Size
  : T extends readonly (infer Item)[]
    ? readonly Agreed<Item>[]
    : T extends object
      ? { [Key in keyof T]: Agreed<T[Key]> }
      : T;

/**
 * Finds what two values, seen with batches of two sizes, say of every batch.
 * @throws RangeError when they differ otherwise than by the batch
 */
export function agree<T>(a: T, b: T, batches: readonly [number, number]): Agreed<T> {
  if (typeof a === "number" && typeof b === "number") {
    if (Object.is(a, b)) return a as Agreed<T>;
    const times = a / batches[0];
    if (!Number.isInteger(times) || times * batches[1] !== b) throw new RangeError(`${a} and ${b}`);
    return new PerBatch(times) as Agreed<T>;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} values`);
    return a.map((item: unknown, i) => agree(item, b[i] as unknown, batches)) as Agreed<T>;
  }
  if (typeof a === "object" && a !== null && typeof b === "object" && b !== null) {
    const keys = Object.keys(a);
    if (keys.join() !== Object.keys(b).join()) throw new RangeError(`${keys.join()}`);
    const of = (record: object, key: string) => (record as Record<string, unknown>)[key];
    return Object.fromEntries(keys.map((key) => [key, agree(of(a, key), of(b, key), batches)])) as Agreed<T>;
  }
  if (!Object.is(a, b)) throw new RangeError(`${String(a)} and ${String(b)}`);
  return a as Agreed<T>;
}
