import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  firstRows,
  inputOfTable,
  lookAt,
  samplesAlone,
  type LookInput,
} from "../../runtime/data/look/index.js";
import { chiSquared, smirnov } from "../../runtime/data/look/shift.js";
import { columnOfCells, type Column } from "../../runtime/data/table.js";
import type { Samples } from "../../runtime/data/samples.js";
import { Random } from "../../runtime/data/random.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-look-"));

const tableOf = (columns: Record<string, unknown[]>) => ({
  source: "x.csv",
  columns: new Map(Object.entries(columns).map(([name, cells]) => [name, columnOfCells(cells)])),
});

/** What is found in columns, the first rows being `train` and the rest `test`. */
function look(columns: Record<string, unknown[]>, split?: number, target = "y") {
  const input = inputOfTable(tableOf(columns), { more: false, target });
  const rows = Int32Array.from({ length: input.size }, (_, i) => i);
  const parts =
    split === undefined
      ? []
      : [
          { name: "train", rows: rows.slice(0, split) },
          { name: "test", rows: rows.slice(split) },
        ];
  return lookAt({ ...input, parts });
}

const random = new Random(3);
const noise = (n: number) => Array.from({ length: n }, () => random.normal());
const kinds = (found: { warnings: { kind: string }[] }) => found.warnings.map(({ kind }) => kind);
const alternating = (n: number) => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? "a" : "b"));

describe("columns", () => {
  it("are described by their values", () => {
    const { columns } = look({ x: [1, 2, 3, null, 6], names: ["u", "v", "u", "", "u"], y: [0, 1, 0, 1, 0] });
    expect(columns[0]).toMatchObject({
      missing: 1,
      numbers: {
        least: 1,
        greatest: 6,
        mean: 3,
        deviation: Math.sqrt(14 / 4),
        different: 4,
        constant: 0,
        whole: true,
      },
    });
    expect(columns[1]).toMatchObject({
      missing: 1,
      names: {
        different: 2,
        most: [
          { name: "u", count: 3 },
          { name: "v", count: 1 },
        ],
      },
    });
    expect(columns[0]?.numbers?.histogram.reduce((a, b) => a + b)).toBe(4);
  });

  it("are warned of where they never vary, are infinite, lie far off or count the rows", () => {
    const n = 100;
    const far = noise(n).map((value, i) => (i === 7 ? 1e6 : value));
    const found = look({
      same: Array<number>(n).fill(4),
      endless: noise(n).map((value, i) => (i === 3 ? Infinity : value)),
      far,
      id: Array.from({ length: n }, (_, i) => i),
      rare: noise(n).map((value, i) => (i < 60 ? null : value)),
      y: alternating(n),
    });
    expect(kinds(found)).toEqual(["constant", "infinite", "outliers", "id", "missing"]);
  });

  it("that name files of texts are warned of", () => {
    const names = Array.from({ length: 40 }, (_, i) => `notes/${i}.txt`);
    expect(kinds(look({ note: names, y: alternating(40) }))).toEqual(["files"]);
    expect(kinds(look({ note: ["none", ...names.slice(1)], y: alternating(40) }))).toEqual(["id"]);
  });

  it("of tokens aren't judged as measurements", () => {
    const input = inputOfTable(
      tableOf({ x: alternating(40).map((y) => [y === "a" ? 3 : 4, 900, 0]), y: alternating(40) }),
      {
        more: false,
        target: "y",
      },
    );
    const said = (tokens: boolean) =>
      kinds(lookAt({ ...input, columns: input.columns.map((column) => ({ ...column, tokens })) }));
    expect(said(false)).toContain("constant");
    expect(said(true)).not.toContain("constant");
  });

  it("whose absence tells the class are warned of", () => {
    const y = alternating(100);
    const x = noise(100).map((value, i) => (y[i] === "a" && i % 10 < 6 ? null : value));
    expect(look({ x, y }).warnings).toEqual([
      expect.objectContaining({
        kind: "missing tells",
        text: '"x" is missing in 60 % of "a", but in 0 % of "b".',
      }),
    ]);
  });
});

describe("leaks", () => {
  it("are features that tell the class, or the number, alone", () => {
    const y = alternating(200);
    const leak = y.map((label, i) => (label === "a" ? 1 : 0) + ((i * 37) % 10) / 100);
    const { leaks } = look({ x: noise(200), leak, y });
    expect(leaks).toEqual([{ column: "leak", feature: '"leak"', of: "y", accuracy: 1, majority: 0.5 }]);
    const number = noise(400);
    expect(look({ x: noise(400), twice: number.map((value) => 2 * value), y: number }).leaks).toMatchObject([
      { column: "twice", of: "y" },
    ]);
  });

  it("aren't features that are good, nor names that no other sample has", () => {
    const y = alternating(400);
    const good = y.map((label, i) => (i % 5 === 0 ? label : label === "a" ? "p" : "q"));
    const unsure = y.map((label, i) => (((i >> 1) % 5 === 0 ? 1 : 0) === (label === "a" ? 1 : 0) ? 1 : 2));
    const names = y.map((_, i) => `sample ${i}`);
    expect(look({ unsure, names, y }).leaks).toEqual([]);
    expect(look({ good, y }).leaks).toHaveLength(1);
  });
});

describe("duplicates", () => {
  it("are counted within and across parts, and where their labels contradict", () => {
    const x = [1, 2, 3, 4, 1, 2, 7, 8];
    const { duplicates } = look({ x, z: x, y: ["a", "b", "a", "b", "a", "a", "b", "a"] }, 5);
    expect(duplicates).toEqual({
      copies: 2,
      across: [{ parts: ["train", "test"], samples: 1, rows: [1, 5] }],
      contradictory: 2,
      contradiction: [1, 5],
      near: [],
    });
  });

  it("that nearly are some are found, too", () => {
    const rows = Array.from({ length: 60 }, () => noise(12));
    rows[55] = (rows[4] as number[]).map((value) => value + 1e-3 * random.normal());
    const found = look({ x: rows, y: alternating(60) }, 50);
    expect(found.duplicates.near).toEqual([{ parts: ["train", "test"], samples: 1, rows: [4, 55] }]);
    expect(kinds(found)).toContain("near duplicates across parts");
  });
});

describe("parts", () => {
  it("are compared by their distributions", () => {
    // The distance of the distribution functions of 0..9 and 5..14 is a half.
    const count = (from: number) => Float64Array.from({ length: 100 }, (_, i) => from + (i % 10)).sort();
    expect(smirnov(count(0), count(5)).distance).toBeCloseTo(0.5, 12);
    expect(smirnov(count(0), count(0))).toEqual({ distance: 0, p: 1 });
    // scipy.stats.chi2_contingency([[60, 40], [40, 60]], correction=False): p = 0.00468
    expect(
      chiSquared([
        [60, 40],
        [40, 60],
      ]).p,
    ).toBeCloseTo(0.00468, 3);
    const x = noise(200).map((value, i) => (i < 150 ? value : value + 2));
    expect(look({ x, y: alternating(200) }, 150).shifts.map(({ column }) => column)).toEqual(["x"]);
    expect(look({ x: noise(200), y: alternating(200) }, 150).shifts).toEqual([]);
  });

  it("are warned of where they are small, lack a class or are out of balance", () => {
    const y = Array.from({ length: 200 }, (_, i) => (i < 5 ? "rare" : "usual"));
    const found = look({ x: noise(200), y }, 180);
    expect(kinds(found)).toEqual(["small part", "missing class", "imbalance"]);
    expect(found.parts).toEqual([
      { name: "train", samples: 180, counts: [5, 175] },
      { name: "test", samples: 20, counts: [0, 20] },
    ]);
  });

  it("that share the values of a column like a patient are warned of, unless they are split by it", () => {
    const patient = Array.from({ length: 100 }, (_, i) => `p${i % 10}`);
    const input = inputOfTable(tableOf({ x: noise(100), patient, y: alternating(100) }), {
      more: false,
      target: "y",
    });
    const unused: LookInput = {
      ...input,
      columns: input.columns.map((column) =>
        column.name === "patient" ? { ...column, role: "unused" } : column,
      ),
      parts: ["train", "test"].map((name, p) => ({
        name,
        rows: Int32Array.from({ length: 50 }, (_, i) => 50 * p + i),
      })),
    };
    expect(lookAt(unused).warnings.map(({ text }) => text)).toEqual([
      '"patient" looks like a group: 10 values in 100 samples, 10 of them in more than one part.',
    ]);
    expect(lookAt({ ...unused, by: { kind: "group", column: "patient" } }).warnings).toEqual([]);
  });
});

describe("the first rows of a file", () => {
  it("are read, and whether there are more is told", async () => {
    const path = join(folder, "rows.csv");
    writeFileSync(path, `x,name\n${Array.from({ length: 10 }, (_, i) => `${i},n${i}`).join("\n")}\n`);
    const four = await firstRows(path, 4);
    expect(four.more).toBe(true);
    expect([...(four.table.columns.get("name")?.values as string[])]).toEqual(["n0", "n1", "n2", "n3"]);
    const ten = await firstRows(path, 10);
    expect([ten.more, ten.table.columns.get("x")?.values.length]).toEqual([false, 10]);
  });
});

describe("a table", () => {
  it("is looked at without the rows that are no samples", () => {
    const part = (...rows: number[]) => ({ index: Int32Array.from(rows), size: rows.length }) as Samples;
    const numbers = (column: Column | undefined) => Array.from<unknown>(column?.values ?? []);
    // Row 2 can't be read.
    const read = samplesAlone(
      { train: part(0, 4), test: part(1, 3) },
      tableOf({ x: [1, 2, "x", 4, 5], y: ["a", "b", "c", "d", "e"] }),
    );
    expect([...read.splits.train.index, ...read.splits.test.index]).toEqual([0, 3, 1, 2]);
    expect(numbers(read.table.columns.get("x"))).toEqual([1, 2, 4, 5]);
    expect(numbers(read.table.columns.get("y"))).toEqual(["a", "b", "d", "e"]);
    // Rows 1 and 3 of the file found no partner; the table has the others.
    const joined = samplesAlone(
      { train: part(2), test: part(0, 4) },
      { ...tableOf({ x: [1, 3, 5] }), rows: Int32Array.of(0, 2, 4) },
    );
    expect([...joined.splits.train.index, ...joined.splits.test.index]).toEqual([1, 0, 2]);
    expect(numbers(joined.table.columns.get("x"))).toEqual([1, 3, 5]);
  });
});
