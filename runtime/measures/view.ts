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
