import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { zipSync } from "fflate";
import { parquetWriteBuffer } from "hyparquet-writer";
import { dump } from "npyjs";
import { describe, expect, it } from "vitest";
import {
  batches,
  loadData,
  Random,
  splitPositions,
  splitSamples,
  type DataPlan,
  type Samples,
} from "../../runtime/index.js";
import { problemsIn } from "../support/problems.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-data-"));

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return name;
}

function npz(
  name: string,
  arrays: Record<string, [values: Float32Array | Uint8Array | Float64Array | Int32Array, shape: number[]]>,
): string {
  const entries = Object.entries(arrays).map(([key, [values, shape]]) => [
    `${key}.npy`,
    new Uint8Array(dump(values, shape)),
  ]);
  return write(name, zipSync(Object.fromEntries(entries) as Record<string, Uint8Array>));
}

function plan(parts: Partial<DataPlan> = {}): DataPlan {
  return {
    from: "a.csv",
    line: 3,
    modalities: { x: { columns: ["a", "b"], shape: [2], line: 4 } },
    target: { name: "y", column: "y", classes: 2, line: 5 },
    split: { train: 0.5, test: 0.5, stratified: true, seed: 1, line: 6 },
    ...parts,
  };
}

async function problemsOf(given: DataPlan): Promise<string[]> {
  return (await problemsIn(loadData(given, folder))).map(
    ({ code, message, specLine }) => `${specLine} ${code} ${message}`,
  );
}

describe("loadData", () => {
  it("reads comma-separated values, several columns side by side, scaled", async () => {
    write("a.csv", 'y,a,b\n0,1,"2"\n1,3,4\n0,5,6\n1,7,8\n');
    const { train, test } = await loadData(
      plan({
        modalities: { x: { columns: ["b", "a"], shape: [2], transforms: [{ kind: "scaled", by: 0.5 }] } },
      }),
      folder,
    );
    const rows = new Map<number, number[]>();
    for (const part of [train, test]) {
      part.index.forEach((row, i) =>
        rows.set(row, [...(part.inputs.x as Float32Array).subarray(2 * i, 2 * i + 2)]),
      );
    }
    expect(rows.get(0)).toEqual([1, 0.5]);
    expect(rows.get(3)).toEqual([4, 3.5]);
    expect([...train.labels].sort()).toEqual([0, 1]);
  });

  it("reads pictures and integers of NumPy, with or without the channel", async () => {
    npz("b.npz", {
      p: [Uint8Array.from({ length: 4 * 6 }, (_, i) => i), [4, 2, 3]],
      y: [Int32Array.from([0, 1, 1, 0]), [4]],
    });
    const modalities = { x: { columns: ["p"], shape: [2, 3, 1] } };
    const { train, test } = await loadData(plan({ from: "b.npz", modalities }), folder);
    expect(train.size + test.size).toBe(4);
    expect(train.shapes.x).toEqual([2, 3, 1]);
  });

  it("reads Parquet: lists, named classes, nulls of an optional modality", async () => {
    const columnData = [
      { name: "a", data: [[1, 2], null, [5, 6], [7, 8]] },
      { name: "y", data: ["no", "yes", "no", "yes"], type: "STRING" as const },
    ];
    write("c.parquet", new Uint8Array(parquetWriteBuffer({ columnData: columnData as never })));
    const splits = await loadData(
      plan({
        from: "c.parquet",
        modalities: { x: { columns: ["a"], shape: [2], optional: true } },
        target: { name: "y", column: "y", classes: ["no", "yes"] },
      }),
      folder,
    );
    const present = [splits.train, splits.test].flatMap((part) => [...(part.present.x as Uint8Array)]);
    expect(present.filter((value) => value === 0)).toHaveLength(1);
    const { index, inputs } = splits.train.index.includes(3) ? splits.train : splits.test;
    const at = 2 * index.indexOf(3);
    expect([...(inputs.x as Float32Array).subarray(at, at + 2)]).toEqual([7, 8]);
  });

  it("says what and where for everything that is wrong", async () => {
    write("good.csv", "y,a,b\n0,1,2\n1,3,4\n0,5,6\n1,7,8\n");
    write("bad.csv", "y,a,b,t\n0,1,,x\n2,3,4,y\n0,NaN,6,z\nmaybe,7,Infinity,w\n");
    expect(await problemsOf(plan({ from: "goood.csv" }))).toEqual(['3 MM4001 There is no file "goood.csv".']);
    expect(await problemsOf(plan({ from: "../a.csv" }))).toEqual([
      '3 MM4004 "../a.csv" leaves the folder of the data.',
    ]);
    expect(await problemsOf(plan({ from: "bad.csv" }))).toEqual([
      "4 MM4008 `x` has 3 values that are missing, NaN or infinite, in 3 samples; the first in row 0.",
      '5 MM4011 "2" in row 1 is no class of `y`, which has the classes 0 to 1 (2 such rows).',
    ]);
    const columns = {
      x: { columns: ["aa"], shape: [1], line: 4 },
      z: { columns: ["t"], shape: [1], line: 7 },
    };
    expect(await problemsOf(plan({ from: "bad.csv", modalities: columns }))).toContain(
      '7 MM4010 Column "t" has text where numbers are wanted: "x" in row 0.',
    );
    expect(await problemsOf(plan({ from: "bad.csv", modalities: columns }))).toContain(
      '4 MM4005 There is no column "aa".',
    );
    const shape = { x: { columns: ["a", "b"], shape: [3], line: 4 } };
    expect(await problemsOf(plan({ from: "good.csv", modalities: shape }))).toEqual([
      "4 MM4006 `x` wants [3] of each sample, but the data has [2].",
    ]);
    write("broken.npz", "not a zip");
    expect((await problemsOf(plan({ from: "broken.npz" })))[0]).toMatch(/^3 MM4002 The file can't be read: /);
    write("empty.csv", "y,a,b\n");
    expect(await problemsOf(plan({ from: "empty.csv" }))).toEqual(["3 MM4014 The file has no samples."]);
  });

  it("says that a split is empty, and that training never sees a class", async () => {
    write("few.csv", "y,a,b\n0,1,2\n0,3,4\n0,3,4\n");
    const small = { train: 0.9, validation: 0.05, test: 0.05, seed: 1, line: 6 };
    expect((await problemsOf(plan({ from: "few.csv", split: small })))[0]).toMatch(
      /^6 MM4013 The (test|validation) split is empty/,
    );
    expect(await problemsOf(plan({ from: "few.csv" }))).toEqual([
      '6 MM4012 The training split never sees "1" of `y`.',
    ]);
  });

  it("takes a whole missing sample of an optional modality, and no half of one", async () => {
    write("gaps.csv", "y,a,b\n0,,\n1,3,4\n0,5,6\n1,7,8\n");
    const optional = { x: { columns: ["a", "b"], shape: [2], optional: true, line: 4 } };
    expect(await problemsOf(plan({ from: "gaps.csv", modalities: optional }))).toEqual([]);
    expect((await problemsOf(plan({ from: "gaps.csv" })))[0]).toContain("2 values that are missing");
    write("half.csv", "y,a,b\n0,1,\n1,3,4\n0,5,6\n1,7,8\n");
    expect((await problemsOf(plan({ from: "half.csv", modalities: optional })))[0]).toContain("MM4009");
  });
});

describe("splitPositions", () => {
  it("puts each sample into exactly one part, of the size asked for, with each class's share", () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(),
      fc.boolean(),
    );
    fc.assert(
      fc.property(sizes, ([n, classes, seed, stratified]) => {
        const random = new Random(seed);
        const labels = Int32Array.from({ length: n }, () => random.integer(classes));
        const split = { train: 0.7, validation: 0.1, test: 0.2, stratified, seed };
        const { train, validation, test } = splitPositions(labels, split);
        const all = [...train, ...(validation ?? []), ...test].sort((a, b) => a - b);
        expect(all).toEqual([...labels.keys()]);
        expect(Math.abs(train.length - 0.7 * n)).toBeLessThanOrEqual(1 + (stratified ? classes * 0.5 : 0));
        expect(splitPositions(labels, split).test).toEqual(test);
        if (!stratified) return;
        for (let c = 0; c < classes; c++) {
          const share = (part: Int32Array) => part.filter((i) => labels[i] === c).length;
          const size = labels.filter((label) => label === c).length;
          expect(Math.abs(share(train) - 0.7 * size)).toBeLessThanOrEqual(2);
        }
      }),
    );
  });
});

describe("splitSamples", () => {
  const samples = (n: number, classes = 4): Samples => ({
    size: n,
    inputs: { a: new Float32Array(2 * n).fill(1), b: new Float32Array(n).fill(1) },
    shapes: { a: [2], b: [1] },
    present: { a: new Uint8Array(n).fill(1), b: new Uint8Array(n).fill(1) },
    labels: Int32Array.from({ length: n }, (_, i) => i % classes),
    index: Int32Array.from({ length: n }, (_, i) => i),
    classes: Array.from({ length: classes }, (_, c) => String(c)),
  });
  const plan = { train: 0.6, test: 0.4, stratified: true, seed: 1 };

  it("sets held-out classes aside whole, and divides the others as asked", () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 300 }), fc.nat(3), fc.nat(), (n, held, seed) => {
        const splits = splitSamples(samples(n), { ...plan, seed, holdOut: { classes: [held] } }, "x", "y");
        const { train, test, outside } = splits;
        expect([...train.labels, ...test.labels]).not.toContain(held);
        expect(outside?.labels.every((label) => label === held)).toBe(true);
        const all = [...train.index, ...test.index, ...(outside?.index ?? [])].sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: n }, (_, i) => i));
        expect(Math.abs(train.size - 0.6 * (n - (outside?.size ?? 0)))).toBeLessThanOrEqual(3);
      }),
    );
  });

  it("says that no sample is of a class to hold out", () => {
    const few = { ...samples(40, 3), classes: ["0", "1", "2", "3"] };
    const message = 'No sample is of "3" of `y`';
    expect(() => splitSamples(few, { ...plan, holdOut: { classes: [3] } }, "x", "y")).toThrow(message);
  });

  it("takes a modality away from the share asked for, the same ones each time, never a sample's last one", () => {
    const missing = (modality: string, share: number) => ({
      modality,
      share,
      part: "test" as const,
      seed: 5,
    });
    const once = splitSamples(samples(100), { ...plan, missing: [missing("a", 0.3)] }, "x", "y");
    const again = splitSamples(samples(100), { ...plan, missing: [missing("a", 0.3)] }, "x", "y");
    expect(once.test.present.a?.filter((is) => is === 0)).toHaveLength(12);
    expect(again.test.present.a).toEqual(once.test.present.a);
    expect(once.train.present.a).not.toContain(0);
    once.test.present.a?.forEach((is, i) => expect(once.test.inputs.a?.[2 * i]).toBe(is));
    const both = splitSamples(
      samples(100),
      { ...plan, missing: [missing("a", 0.8), missing("b", 0.8)] },
      "x",
      "y",
    );
    const { a, b } = both.test.present as Record<"a" | "b", Uint8Array>;
    expect(a.every((is, i) => is === 1 || b[i] === 1)).toBe(true);
    expect(a.filter((is) => is === 0)).toHaveLength(32);
    expect(b.filter((is) => is === 0)).toHaveLength(8);
  });

  it("takes it from held-out classes as from the test split", () => {
    const missing = [{ modality: "b", share: 0.5, part: "test" as const, seed: 5 }];
    const { outside } = splitSamples(samples(80), { ...plan, holdOut: { classes: [1] }, missing }, "x", "y");
    expect(outside?.present.b?.filter((is) => is === 0)).toHaveLength(10);
  });
});

describe("batches", () => {
  it("give every sample once, in an order that follows from the seed", async () => {
    write("a.csv", `y,a,b\n${Array.from({ length: 20 }, (_, i) => `${i % 2},${i},0`).join("\n")}\n`);
    const { train } = await loadData(
      plan({ split: { train: 0.9, test: 0.1, stratified: true, seed: 1 } }),
      folder,
    );
    const rows = (seed: number) =>
      [...batches(train, 4, new Random(seed))].flatMap((batch) => [...batch.rows]);
    expect(rows(1).toSorted((a, b) => a - b)).toEqual([...Array(18).keys()]);
    expect(rows(1)).toEqual(rows(1));
    expect(rows(1)).not.toEqual(rows(2));
    const sizes = [...batches(train, 4)].map(({ size }) => size);
    expect(sizes).toEqual([4, 4, 4, 4, 2]);
  });
});

describe("Random", () => {
  it("is the same everywhere, and looks random", () => {
    const random = new Random(7);
    expect([random.integer(1000), random.integer(1000), random.integer(1000)]).toMatchInlineSnapshot(`
      [
        904,
        112,
        901,
      ]
    `);
    const normals = Array.from({ length: 20_000 }, () => random.normal());
    const mean = normals.reduce((a, b) => a + b, 0) / normals.length;
    const variance = normals.reduce((a, b) => a + (b - mean) ** 2, 0) / normals.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });

  it("forks into streams that don't depend on what was drawn", () => {
    const [a, b] = [new Random(1), new Random(1)];
    a.uniform();
    expect(a.fork("x").uniform()).toBe(b.fork("x").uniform());
    expect(a.fork("x").uniform()).not.toBe(a.fork("y").uniform());
  });
});

describe("targets that aren't one class", () => {
  const csv = write(
    "targets.csv",
    "a,b,price,other,calm,happy\n1,2,1000,5,1,0\n3,4,2000,5,0,1\n5,6,3000,5,1,1\n7,8,5000,5,0,0\n",
  );
  const split = { train: 0.5, test: 0.5, seed: 1, line: 6 };
  const numbers = (columns: string[], names = columns, more = {}) =>
    plan({
      from: csv,
      split,
      target: { kind: "regression", name: "y", columns, numbers: names, line: 5, ...more },
    });
  const labels = (columns: string[], names = columns) =>
    plan({ from: csv, split, target: { kind: "multilabel", name: "y", columns, labels: names, line: 5 } });

  it("reads numbers, scaled as the spec says, and keeps them with their samples", async () => {
    const { train, test } = await loadData(numbers(["price"], ["y"], { scale: 1 / 1000 }), folder);
    const prices = [1, 2, 3, 5];
    for (const part of [train, test]) {
      expect(part.classes).toEqual(["y"]);
      expect(part.targets?.kind).toBe("regression");
      part.index.forEach((row, i) => expect(part.targets?.values[i]).toBeCloseTo(prices[row] as number, 6));
    }
  });

  it("reads a column for each label, or one of arrays, the same", async () => {
    const { train } = await loadData(labels(["calm", "happy"]), folder);
    const truth = [1, 0, 0, 1, 1, 1, 0, 0];
    train.index.forEach((row, i) =>
      expect(Array.from(train.targets?.values.slice(2 * i, 2 * i + 2) ?? [])).toEqual(
        truth.slice(2 * row, 2 * row + 2),
      ),
    );
    const from = npz("labels.npz", {
      a: [Float32Array.of(1, 3, 5, 7), [4, 1]],
      b: [Float32Array.of(2, 4, 6, 8), [4, 1]],
      mood: [Uint8Array.from(truth), [4, 2]],
    });
    const arrays = await loadData({ ...labels(["mood"], ["calm", "happy"]), from }, folder);
    expect(arrays.train.targets).toEqual(train.targets);
    expect(arrays.train.classes).toEqual(["calm", "happy"]);
  });

  it("tells all that is wrong with them", async () => {
    const bad = write(
      "bad-targets.csv",
      "a,b,price,calm,happy,word\n1,2,,2,0,x\n3,4,1,0,1,y\n5,6,inf,1,0.5,z\n",
    );
    expect(await problemsOf({ ...numbers(["price"]), from: bad })).toEqual([
      expect.stringMatching(/^5 MM40(10|32) /),
    ]);
    expect(await problemsOf({ ...labels(["calm", "happy"]), from: bad })).toEqual([
      '5 MM4033 "2" in row 0 says neither 1 nor 0 of label "calm" of `y` (2 such values).',
    ]);
    expect(await problemsOf({ ...numbers(["word"]), from: bad })).toEqual([
      '5 MM4010 Column "word" has text where numbers are wanted: "x" in row 0.',
    ]);
    expect(await problemsOf({ ...numbers(["prize"]), from: bad })).toEqual([
      '5 MM4005 There is no column "prize".',
    ]);
    const gaps = write("gaps.csv", "a,b,price\n1,2,\n3,4,1\n5,6,2\n");
    expect(await problemsOf({ ...numbers(["price"]), from: gaps })).toEqual([
      "5 MM4032 `y`, which is to be predicted, has 1 value that is missing, NaN or infinite; the first in row 0.",
    ]);
    expect(await problemsOf(labels(["calm"], ["calm", "happy"]))).toEqual([
      "5 MM4031 `y` wants 2 values of each sample, one for each label, but its columns have 1.",
    ]);
    expect(await problemsOf(numbers(["other"]))).toEqual([
      "6 MM4034 `other` is 5 in all of the training split: there is nothing to learn.",
    ]);
    const one = write("one.csv", "a,b,calm,happy\n1,2,1,0\n3,4,1,0\n5,6,1,0\n7,8,1,0\n");
    expect(await problemsOf({ ...labels(["calm", "happy"]), from: one })).toEqual([
      '6 MM4035 All samples of the training split have label "calm" of `y`: there is nothing to learn of it.',
      '6 MM4035 No sample of the training split has label "happy" of `y`: there is nothing to learn of it.',
    ]);
  });
});
