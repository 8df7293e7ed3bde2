/** What one modality gives of each sample: [n, width], row-major. */
export interface View {
  values: Float32Array;
  width: number;
}

export function rowsOf({ values, width }: View): number {
  return values.length / width;
}

/** Some rows of a view. */
export function takeRows({ values, width }: View, rows: Int32Array): View {
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, i) => taken.set(values.subarray(row * width, (row + 1) * width), i * width));
  return { values: taken, width };
}

/** The first rows of a view, not copied. */
export function firstRows({ values, width }: View, rows: number): View {
  return { values: values.subarray(0, rows * width), width };
}

/** Some neighbouring columns of a view, copied. */
export function someColumns({ values, width }: View, first: number, count: number): View {
  const n = values.length / width;
  const taken = new Float32Array(n * count);
  for (let i = 0; i < n; i++)
    taken.set(values.subarray(i * width + first, i * width + first + count), i * count);
  return { values: taken, width: count };
}

/** The first columns of a view. */
export function firstColumns(view: View, columns: number): View {
  return columns >= view.width ? view : someColumns(view, 0, columns);
}

/** Two views side by side: [n, a.width + b.width]. */
export function sideBySide(a: View, b: View): View {
  const n = rowsOf(a);
  const width = a.width + b.width;
  const values = new Float32Array(n * width);
  for (let i = 0; i < n; i++) {
    values.set(a.values.subarray(i * a.width, (i + 1) * a.width), i * width);
    values.set(b.values.subarray(i * b.width, (i + 1) * b.width), i * width + a.width);
  }
  return { values, width };
}

/** @throws RangeError when the lengths differ, a value isn't finite or a label is no class, or there are fewer than 4 samples a fold */
export function checkMeasurable(
  x1: View,
  x2: View,
  labels: Int32Array,
  classes: number,
  folds: number,
): void {
  checkViews(x1, x2, labels, classes);
  if (labels.length < 4 * folds)
    throw new RangeError(
      `lsmi with ${folds} folds needs ${4 * folds} samples or more; there are ${labels.length}.`,
    );
}

/** @throws RangeError when the lengths differ, a value isn't finite or a label is no class */
export function checkViews(x1: View, x2: View, labels: Int32Array, classes: number): void {
  const n = labels.length;
  if (rowsOf(x1) !== n || rowsOf(x2) !== n) throw new RangeError("x1, x2 and labels must have as many rows.");
  for (const [name, { values, width }] of Object.entries({ x1, x2 })) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0)
      throw new RangeError(
        `${name} has ${values[at]} in row ${Math.floor(at / width)}, column ${at % width}.`,
      );
  }
  if (labels.some((label) => label < 0 || label >= classes))
    throw new RangeError(`Labels must lie in 0 .. ${classes - 1}.`);
}
