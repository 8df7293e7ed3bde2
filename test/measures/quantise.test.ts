import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantise, TooManySymbols, type Quantiser, type View } from "../../runtime/measures/index.js";

const view = (rows: number[][]): View => ({
  values: Float32Array.from(rows.flat()),
  width: rows[0]?.length ?? 1,
});

/** Symbols numbered by their first occurrence. */
const symbols = (rows: number[][], quantiser: Quantiser, bins?: number) =>
  Array.from(quantise([view(rows)], { quantiser, ...(bins && { bins }) })[0] as Int32Array);

const column = (values: number[]) => values.map((value) => [value]);

describe("quantise", () => {
  it("takes discrete rows as they are", () => {
    const rows = [
      [1, 2],
      [1, 3],
      [1, 2],
      [0, 3],
      [1, 3],
      [0, 3],
    ];
    expect(symbols(rows, "none")).toEqual([0, 1, 0, 2, 1, 2]);
  });

  it("makes bins of equal width, and of equally many samples", () => {
    const values = column([0, 1, 2, 3, 100, 101, 102, 200]);
    expect(symbols(values, "uniform", 2)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(symbols(values, "quantiles", 4)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    const skewed = column([0, 1, 2, 3, 4, 5, 6, 1000]);
    expect(symbols(skewed, "uniform", 4)).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
    expect(symbols(skewed, "quantiles", 2)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  it("keeps equal values together, whatever the borders", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 30, maxLength: 60 }),
        fc.constantFrom<Quantiser>("uniform", "quantiles", "kmeans", "none"),
        (values, quantiser) => {
          const found = symbols(column(values), quantiser, 4);
          values.forEach((value, i) => expect(found[values.indexOf(value)]).toBe(found[i]));
          if (quantiser !== "none") expect(new Set(found).size).toBeLessThanOrEqual(4);
        },
      ),
    );
  });

  it("finds groups by k-means, in the same way from the same seed, whatever the units of the columns", () => {
    const groups = Array.from({ length: 90 }, (_, i) => i % 3);
    const rows = groups.map((g, i) => [g + 0.1 * Math.sin(i), (g === 1 ? 1 : 0) + 0.1 * Math.cos(3 * i)]);
    expect(symbols(rows, "kmeans", 3)).toEqual(groups);
    expect(
      symbols(
        rows.map(([a = 0, b = 0]) => [1000 * a, b - 7]),
        "kmeans",
        3,
      ),
    ).toEqual(groups);
    expect(
      symbols(
        rows.map(() => [5, 5]),
        "kmeans",
        3,
      ),
    ).toEqual(groups.map(() => 0));
  });

  it("makes no symbols of no samples", () => {
    for (const quantiser of ["none", "kmeans"] as const)
      expect(quantise([{ values: new Float32Array(0), width: 3 }], { quantiser })).toEqual([
        new Int32Array(0),
      ]);
  });

  it("refuses what has hardly two samples alike, and names the remedy", () => {
    const rows = Array.from({ length: 20 }, (_, i) => [i, -i]);
    expect(() => symbols(rows, "none")).toThrow(TooManySymbols);
    expect(() => symbols(rows, "none")).toThrow("view 1 has 20 different symbols in 20 samples");
    try {
      quantise([view(rows.map(() => [1])), view(rows)], { quantiser: "quantiles", bins: 16 });
      expect.unreachable();
    } catch (error) {
      expect((error as TooManySymbols).view).toBe(1);
      expect((error as TooManySymbols).fix).toContain("kmeans");
    }
  });
});
