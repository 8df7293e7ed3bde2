import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../runtime/data/random.js";
import { openEngine, type View } from "../../runtime/index.js";
import { standardise } from "../../runtime/measures/standardise.js";

beforeAll(() => openEngine("wasm"));

const random = new Random(5);

/** Columns of unlike deviations, skewed, so that the axes have an order and a sign. */
function drawn(n: number, width: number): View {
  const values = Float32Array.from({ length: n * width }, (_, i) => {
    const value = random.normal();
    return (1 + (i % width)) * (value + 0.3 * value ** 2);
  });
  return { values, width };
}

/** The same samples in a space of more columns, turned there by a reflection (Householder). */
function embedded({ values, width }: View, columns: number): View {
  // Mostly of the first columns: no column may be so faint that it counts as one of another unit.
  const mirror = Float64Array.from(
    { length: columns },
    (_, j) => (j < width ? 10 : 1) * (0.5 + random.uniform()),
  );
  const squares = mirror.reduce((sum, value) => sum + value ** 2, 0);
  const n = values.length / width;
  const result = new Float32Array(n * columns);
  for (let i = 0; i < n; i++) {
    const row = values.subarray(i * width, (i + 1) * width);
    const along = (2 * row.reduce((sum, value, j) => sum + value * (mirror[j] as number), 0)) / squares;
    mirror.forEach((value, j) => (result[i * columns + j] = (row[j] ?? 0) - along * value));
  }
  return { values: result, width: columns };
}

describe.each([
  ["fewer rows than columns", 60, 1030],
  ["more than 640 rows and 1024 columns", 700, 1030],
])("whitening %s", (_, n, columns) => {
  it("gives what it gives of the space that the samples span", async () => {
    const narrow = drawn(n, 6);

    const [small, large] = [await standardise(narrow), await standardise(embedded(narrow, columns))];
    expect(large.view.width).toBe(6);
    expect(large.logDeterminant).toBeNaN();
    const off = large.view.values.map((value, i) => Math.abs(value - (small.view.values[i] as number)));
    expect(Math.max(...off)).toBeLessThan(2e-3);
  });
});

it("takes 512 axes of wide data that has no fewer", async () => {
  const { view } = await standardise(drawn(600, 1030));
  expect(view.width).toBe(512);
  const n = 600;
  const second = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++)
      sum += ((view.values[i * 512 + a] as number) * (view.values[i * 512 + b] as number)) / n;
    return sum;
  };
  for (const [a, b] of [
    [0, 0],
    [511, 511],
    [0, 1],
    [100, 400],
  ] as const)
    expect(second(a, b)).toBeCloseTo(a === b ? 1 : 0, 3);
});
