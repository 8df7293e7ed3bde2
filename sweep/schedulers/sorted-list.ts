/** A list that stays in order while values are added, found by halving. Comparing two different values never gives 0. */
export class SortedList<T> {
  private readonly values: T[] = [];

  constructor(private readonly compare: (a: T, b: T) => number) {}

  get length(): number {
    return this.values.length;
  }

  at(position: number): T | undefined {
    return this.values[position];
  }

  add(value: T): void {
    this.values.splice(this.indexOf(value), 0, value);
  }

  /** Where a value stands, or would stand. */
  indexOf(value: T): number {
    let low = 0;
    let high = this.values.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(this.values[middle] as T, value) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Removes the first value of which something holds; what is asked for is mostly near the beginning. */
  removeWhere(holds: (value: T) => boolean): void {
    const position = this.values.findIndex(holds);
    if (position >= 0) this.values.splice(position, 1);
  }
}
