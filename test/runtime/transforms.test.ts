import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError, loadData, type DataPlan, type ModalityBinding } from "../../runtime/data/index.js";
import { resize } from "../../runtime/data/transforms/resize.js";
import { packNpz } from "../../runtime/data/write-npz.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-transforms-"));
const size = 8;
const rows = (width: number, of: (row: number, k: number) => number) =>
  Float32Array.from({ length: size * width }, (_, at) => of(Math.floor(at / width), at % width));

const labels = Int32Array.from({ length: size }, (_, i) => i % 2);
const points = rows(2, (row, k) => (k === 0 ? row : 5));
const holes = rows(2, (row, k) => (row === 3 ? NaN : row + k));
const pictures = rows(8, (_, k) => k);
const short = rows(6, (row, k) => (k < 4 ? row + 1 : 0));
writeFileSync(
  join(folder, "a.npz"),
  packNpz({
    y: { shape: [size], values: labels },
    points: { shape: [size, 2], values: points },
    holes: { shape: [size, 2], values: holes },
    pictures: { shape: [size, 2, 4], values: pictures },
    short: { shape: [size, 3, 2], values: short },
  }),
);
const cells = Array.from({ length: size }, (_, i) => `${i * 10},${"ab"[i % 2]},${i % 2}`);
writeFileSync(join(folder, "table.csv"), ["age,city,y", ...cells].join("\n"));

function plan(x: ModalityBinding, from = "a.npz"): DataPlan {
  return {
    from,
    modalities: { x },
    target: { name: "y", column: "y", classes: 2 },
    split: { train: 0.5, test: 0.5, stratified: true, seed: 3 },
  };
}

/** What each row became, by its row in the file. */
function byRow({ train, test }: Awaited<ReturnType<typeof loadData>>): number[][] {
  const found: number[][] = [];
  for (const { size: count, index, inputs } of [train, test]) {
    const values = inputs.x as Float32Array;
    const width = values.length / count;
    index.forEach((row, i) => (found[row] = [...values.subarray(i * width, (i + 1) * width)]));
  }
  return found;
}

const standardised = { kind: "standardised" } as const;

describe("transforms", () => {
  it("standardise each feature by the training split alone; what never varies becomes 0", async () => {
    const splits = await loadData(
      plan({ columns: ["points"], shape: [2], transforms: [standardised] }),
      folder,
    );
    const seen = [...splits.train.index];
    const mean = seen.reduce((a, b) => a + b, 0) / seen.length;
    const deviation = Math.sqrt(seen.reduce((sum, row) => sum + (row - mean) ** 2, 0) / seen.length);
    expect(mean).not.toBe(3.5);
    expect(splits.statistics?.x?.mean).toEqual([mean, 5]);
    expect(splits.statistics?.x?.deviation[0]).toBeCloseTo(deviation, 12);
    expect(splits.statistics?.x?.deviation[1]).toBe(1);
    byRow(splits).forEach(([first, second], row) => {
      expect(first).toBeCloseTo((row - mean) / deviation, 6);
      expect(second).toBe(0);
    });
  });

  it("keep to the statistics that a model was trained with", async () => {
    const x: ModalityBinding = { columns: ["points"], shape: [2], transforms: [standardised] };
    const kept = { x: { mean: [1, 2], deviation: [2, 4] } };
    const splits = await loadData(plan(x), folder, undefined, kept);
    expect(splits.statistics).toEqual(kept);
    byRow(splits).forEach((values, row) => expect(values).toEqual([(row - 1) / 2, 0.75]));
    const other = { x: { mean: [1], deviation: [2] } };
    await expect(loadData(plan(x), folder, undefined, other)).rejects.toThrow("MM4057");
  });

  it("are done in the order in which they stand", async () => {
    const scaled = { kind: "scaled", by: 2 } as const;
    const clipped = { kind: "clipped", from: 1, to: 4 } as const;
    const first = async (transforms: ModalityBinding["transforms"]) =>
      byRow(await loadData(plan({ columns: ["points"], shape: [2], transforms }), folder)).map(([a]) => a);
    expect(await first([scaled, clipped])).toEqual([1, 2, 4, 4, 4, 4, 4, 4]);
    expect(await first([clipped, scaled])).toEqual([2, 2, 4, 6, 8, 8, 8, 8]);
    const logs = await first([{ kind: "log" }]);
    logs.forEach((value, row) => expect(value).toBe(Math.fround(Math.log1p(row))));
  });

  it("leave missing samples, moments that only fill, and names as they are", async () => {
    const x: ModalityBinding = { columns: ["holes"], shape: [2], optional: true, transforms: [standardised] };
    const some = await loadData(plan(x), folder);
    expect(byRow(some)[3]).toEqual([0, 0]);
    const clipped: ModalityBinding = {
      columns: ["short"],
      shape: [3, 2],
      padding: "zeros",
      transforms: [{ kind: "clipped", from: 5, to: 6 }],
    };
    expect(byRow(await loadData(plan(clipped), folder))[0]).toEqual([5, 5, 5, 5, 0, 0]);
    const table: ModalityBinding = {
      columns: ["age", "city"],
      shape: [2],
      categories: { city: 2 },
      transforms: [standardised],
    };
    const people = await loadData(plan(table, "table.csv"), folder);
    expect(byRow(people).map(([, city]) => city)).toEqual(Array.from({ length: size }, (_, i) => i % 2));
    expect(people.train.inputs.x?.filter((_, at) => at % 2 === 0).reduce((a, b) => a + b)).toBeCloseTo(0, 5);
  });

  it("refuse a logarithm of what is -1 or less", async () => {
    const x: ModalityBinding = {
      columns: ["points"],
      shape: [2],
      transforms: [{ kind: "scaled", by: -0.5 }, { kind: "log" }],
    };
    const error = await loadData(plan(x), folder).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
      expect.stringMatching(/^MM4056 `x` has -2.5 in row 0: .* \(14 such values\)/),
    ]);
  });

  it("make pictures the size that is asked for", async () => {
    const x: ModalityBinding = {
      columns: ["pictures"],
      shape: [1, 2, 1],
      transforms: [{ kind: "resized", to: [1, 2] }],
    };
    const [first] = byRow(await loadData(plan(x), folder));
    // Triangles two new pixels wide: across 0, 1, 2, 3 -> (3 * 0 + 3 * 1 + 1 * 2) / 7 and its mirror; down (0 + 4) / 2.
    expect(first?.[0]).toBeCloseTo(5 / 7 + 2, 5);
    expect(first?.[1]).toBeCloseTo(3 - 5 / 7 + 2, 5);
  });
});

describe("resize", () => {
  const side = fc.integer({ min: 1, max: 9 });

  it("keeps what is even, stays between the extremes, and mirrors what is mirrored", () => {
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        (h, w, th, tw, drawn) => {
          const values = Array.from({ length: h * w }, () => drawn.next().value as number);
          const resized = resize(values, [h, w, 1], [th, tw]);
          expect(resized).toHaveLength(th * tw);
          const slack = 1e-3;
          for (const value of resized) {
            expect(value).toBeGreaterThanOrEqual(Math.min(...values) - slack);
            expect(value).toBeLessThanOrEqual(Math.max(...values) + slack);
          }
          const turned = resize([...values].reverse(), [h, w, 1], [th, tw]).reverse();
          resized.forEach((value, at) => expect(turned[at]).toBeCloseTo(value, 3));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("of the same size changes nothing", () => {
    expect([...resize([1, 2, 3, 4, 5, 6], [1, 2, 3], [1, 2])]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
