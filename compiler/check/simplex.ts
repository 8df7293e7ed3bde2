/** A linear condition on a point: the sum of `coefficients` times its values is at least 0, or above 0 where it is strict. */
export interface Halfspace {
  coefficients: readonly number[];
  strict: boolean;
}

/** Numbers that are nearer to each other are the same: 0.1 + 0.2 is 0.3. */
const same = 1e-9;

/**
 * A point that lies in all half-spaces, whose values are at least 0 and add up to 1; as far from the strict ones' borders as it can. Decided exactly but for numbers
 * nearer than 1e-9, by the simplex method (Dantzig 1963) with Bland's rule (1977), under which it always ends:
 *
 *     t -> max    row x >= 0, row x >= t of the strict ones, sum x >= t, sum x <= 1, x >= 0, t >= 0
 *
 * All but one of these are homogeneous, so that x = 0 is where it begins, and any x with t > 0 can be stretched to the sum of 1.
 * @returns nothing when there is no such point
 */
export function pointWithin(halfspaces: readonly Halfspace[], size: number): number[] | undefined {
  const ones = new Array<number>(size).fill(1);
  const rows = [...halfspaces, { coefficients: ones, strict: true }];
  // Each slack = limit - sum of table * unknowns; the unknowns are x and t, in this order.
  const table = [
    ...rows.map(({ coefficients, strict }) => [...coefficients.map((value) => -value), strict ? 1 : 0]),
    [...ones, 0],
  ];
  const limits = [...rows.map(() => 0), 1];
  const gains = [...ones.map(() => 0), 1];
  /** The variables of the columns, which are 0, and of the rows, by their numbers: unknowns first, then slacks. */
  const columns = gains.map((_, i) => i);
  const basis = limits.map((_, i) => size + 1 + i);
  for (;;) {
    const column = smallest(columns, (c) => (gains[c] as number) > same);
    if (column === undefined) break;
    const ratio = (r: number) => {
      const step = table[r]?.[column] as number;
      return step > same ? (limits[r] as number) / step : Infinity;
    };
    const least = Math.min(...limits.map((_, r) => ratio(r)));
    const row = smallest(basis, (r) => ratio(r) <= least + same);
    // t can't grow beyond 1.
    if (row === undefined || least === Infinity) break;
    exchange(row, column);
  }
  const values = new Array<number>(size + 1).fill(0);
  basis.forEach((variable, r) => {
    if (variable <= size) values[variable] = limits[r] as number;
  });
  if ((values[size] as number) <= same) return undefined;
  const point = values.slice(0, size);
  const total = point.reduce((a, b) => a + b, 0);
  return point.map((value) => value / total);

  /** The position of the smallest number for which a condition holds. */
  function smallest(numbers: readonly number[], holds: (at: number) => boolean): number | undefined {
    return numbers.reduce<number | undefined>(
      (best, number, at) =>
        holds(at) && (best === undefined || number < (numbers[best] as number)) ? at : best,
      undefined,
    );
  }

  /** Lets a row's variable become 0 and a column's take its place. */
  function exchange(row: number, column: number): void {
    const pivotRow = table[row] as number[];
    const pivot = pivotRow[column] as number;
    const limit = (limits[row] as number) / pivot;
    const scaled = pivotRow.map((value, c) => (c === column ? 1 : value) / pivot);
    table.forEach((other, r) => {
      if (r === row) return;
      const factor = other[column] as number;
      limits[r] = Math.max(0, (limits[r] as number) - factor * limit);
      table[r] = other.map((value, c) => (c === column ? 0 : value) - factor * (scaled[c] as number));
    });
    const gain = gains[column] as number;
    gains.forEach((value, c) => (gains[c] = (c === column ? 0 : value) - gain * (scaled[c] as number)));
    table[row] = scaled;
    limits[row] = limit;
    [columns[column], basis[row]] = [basis[row] as number, columns[column] as number];
  }
}
