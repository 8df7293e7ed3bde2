/** A linear condition on a point: the sum of `coefficients` times its values is at least 0, or above 0 where it is strict. */
export interface Halfspace {
  coefficients: readonly number[];
  strict: boolean;
}

/** Numbers that are nearer to each other are the same: 0.1 + 0.2 is 0.3. */
const same = 1e-9;
/** So far from the borders of the strict ones is far enough. */
const enough = 1e-6;

/**
 * A point that lies in all half-spaces, whose values are at least 0 and add up to 1. Decided exactly but for numbers nearer than 1e-9, by the simplex method (Dantzig
 * 1963) with Bland's rule (1977), under which it always ends:
 *
 *     t -> max    row x >= 0, row x >= t of the strict ones, sum x >= t, sum x <= 1, x >= 0, t >= 0
 *
 * All but one of these are homogeneous, so that x = 0 is where it begins, and any x with t > 0 can be stretched to the sum of 1.
 * @param size how many values the point has
 * @returns nothing when there is no such point
 */
export function pointWithin(halfspaces: readonly Halfspace[], size: number): number[] | undefined {
  const program = new Program(halfspaces, size);
  while (program.t <= enough && program.step());
  if (program.t <= same) return undefined;
  const point = program.point();
  const total = point.reduce((a, b) => a + b, 0);
  return point.map((value) => value / total);
}

/**
 * The linear program under way. Each row's variable is its limit less the sum of table times the columns' variables, which are 0. Variables are known by
 * their numbers: the point's values, t, then the slack of each row.
 */
class Program {
  private readonly rows: number;
  private readonly columns: number;
  private readonly table: Float64Array;
  private readonly limits: Float64Array;
  /** By how much t grows with each column's variable. */
  private readonly gains: Float64Array;
  private readonly inColumns: number[];
  private readonly inRows: number[];
  /** What t is. */
  t = 0;

  constructor(
    halfspaces: readonly Halfspace[],
    private readonly size: number,
  ) {
    this.rows = halfspaces.length + 2;
    this.columns = size + 1;
    this.table = new Float64Array(this.rows * this.columns);
    this.limits = new Float64Array(this.rows);
    this.gains = new Float64Array(this.columns);
    halfspaces.forEach(({ coefficients, strict }, r) => {
      for (let c = 0; c < size; c++) this.table[r * this.columns + c] = -(coefficients[c] as number);
      this.table[r * this.columns + size] = Number(strict);
    });
    // sum x >= t, and sum x <= 1.
    const [least, most] = [this.rows - 2, this.rows - 1];
    this.table.fill(-1, least * this.columns, least * this.columns + size);
    this.table[least * this.columns + size] = 1;
    this.table.fill(1, most * this.columns, most * this.columns + size);
    this.limits[most] = 1;
    this.gains[size] = 1;
    this.inColumns = Array.from({ length: this.columns }, (_, c) => c);
    this.inRows = Array.from({ length: this.rows }, (_, r) => this.columns + r);
  }

  /** Lets t grow, or stay where a row leaves no room. @returns false when it can't grow any more */
  step(): boolean {
    const { columns, rows, table, limits, gains, inColumns, inRows } = this;
    let column = -1;
    for (let c = 0; c < columns; c++) {
      const smaller = column < 0 || (inColumns[c] as number) < (inColumns[column] as number);
      if ((gains[c] as number) > same && smaller) column = c;
    }
    if (column < 0) return false;
    let row = -1;
    let least = Infinity;
    for (let r = 0; r < rows; r++) {
      const slope = table[r * columns + column] as number;
      if (slope <= same) continue;
      const ratio = (limits[r] as number) / slope;
      const smaller = row < 0 || (inRows[r] as number) < (inRows[row] as number);
      if (ratio < least - same || (ratio <= least + same && smaller)) {
        row = r;
        least = Math.min(least, ratio);
      }
    }
    // t is never above 1, so that some row always ends the step.
    if (row < 0) return false;
    this.exchange(row, column);
    return true;
  }

  /** The point's values, which add up to at most 1. */
  point(): number[] {
    const values = new Array<number>(this.size).fill(0);
    this.inRows.forEach((variable, r) => {
      if (variable < this.size) values[variable] = this.limits[r] as number;
    });
    return values;
  }

  /** A row's variable becomes 0, and a column's takes its place. */
  private exchange(row: number, column: number): void {
    const { columns, rows, table, limits, gains, inColumns, inRows } = this;
    const at = row * columns;
    const pivot = table[at + column] as number;
    table[at + column] = 1;
    for (let c = 0; c < columns; c++) (table[at + c] as number) /= pivot;
    (limits[row] as number) /= pivot;
    const limit = limits[row] as number;
    for (let r = 0; r < rows; r++) {
      const factor = table[r * columns + column] as number;
      if (r === row || factor === 0) continue;
      table[r * columns + column] = 0;
      for (let c = 0; c < columns; c++)
        (table[r * columns + c] as number) -= factor * (table[at + c] as number);
      limits[r] = Math.max(0, (limits[r] as number) - factor * limit);
    }
    const gain = gains[column] as number;
    gains[column] = 0;
    for (let c = 0; c < columns; c++) (gains[c] as number) -= gain * (table[at + c] as number);
    this.t += gain * limit;
    [inColumns[column], inRows[row]] = [inRows[row] as number, inColumns[column] as number];
  }
}
