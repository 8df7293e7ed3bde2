import {
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
  closeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { loadData, Random, type DataPlan } from "../../runtime/data/index.js";
import { eachBatch } from "../../runtime/data/batches.js";
import { streamedOrder } from "../../runtime/data/streamed/order.js";
import { hearOfData } from "../../runtime/data/streamed/say.js";
import { packNpz } from "../../runtime/data/write-npz.js";
import { allBatches, expectSame, problemsOf } from "../support/streamed.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-streamed-"));
const narrow = { within: 6 * 2 ** 20 };

afterEach(() => hearOfData(() => undefined));

/** Rows with numbers, a category of few names and a class, some cells empty. */
function table(rows: number, seed = 1): Record<string, string | number>[] {
  const random = new Random(seed);
  return Array.from({ length: rows }, () => ({
    a: +random.normal().toFixed(4),
    b: random.uniform() < 0.1 ? "" : +(100 + random.normal()).toFixed(3),
    colour: ["red", "green", "blue", "01", "1"][random.integer(5)] as string,
    y: ["calm", "sad", "happy"][random.integer(3)] as string,
  }));
}

function csv(rows: readonly Record<string, string | number>[]): string {
  const names = Object.keys(rows[0] ?? {});
  return [names.join(","), ...rows.map((row) => names.map((name) => row[name]).join(","))].join("\n");
}

function plan(from: string, parts: Partial<DataPlan> = {}): DataPlan {
  return {
    from,
    modalities: {
      left: {
        columns: ["a", "colour"],
        shape: [2],
        categories: { colour: 8 },
        transforms: [{ kind: "standardised" }],
      },
      right: {
        columns: ["b"],
        shape: [1],
        optional: true,
        transforms: [{ kind: "log" }, { kind: "standardised" }, { kind: "clipped", from: -2, to: 2 }],
      },
    },
    target: { name: "y", column: "y", classes: ["calm", "happy", "sad"] },
    split: {
      train: 0.6,
      validation: 0.1,
      test: 0.3,
      stratified: true,
      seed: 5,
      missing: [{ modality: "right", share: 0.4, part: "train", seed: 2 }],
    },
    ...parts,
  };
}

const streamed = (given: DataPlan) => loadData({ ...given, streamed: narrow }, folder);

describe("data that is streamed", () => {
  it("has the parts, names, statistics and values of data in memory, whatever the kind of file", async () => {
    const rows = table(9000);
    writeFileSync(join(folder, "t.csv"), csv(rows));
    writeFileSync(join(folder, "t.tsv.gz"), gzipSync(csv(rows).replaceAll(",", "\t")));
    const lines = rows.map(({ b, ...row }) => JSON.stringify(b === "" ? row : { ...row, b }));
    writeFileSync(join(folder, "t.jsonl"), lines.join("\n"));
    for (const from of ["t.csv", "t.tsv.gz", "t.jsonl"])
      await expectSame(await loadData(plan(from), folder), await streamed(plan(from)));
  });

  it("is split by groups, times, columns and into folds, from several files, as data in memory is", async () => {
    const day = (i: number) => new Date(Date.UTC(2026, 0, 1 + (i % 400))).toISOString().slice(0, 10);
    const rows = table(9000).map((row, i) => ({
      ...row,
      // "07" and "7" are one number.
      patient: i < 4500 ? `0${(i * 7) % 90}` : `${(i * 7) % 90}`,
      when: day(i * 13),
      part: ["train", "dev", "test"][Math.floor(i / 17) % 3] as string,
    }));
    const cuts = [0, 100, 5000, 9000];
    for (let i = 0; i < 3; i++)
      writeFileSync(join(folder, `cut-${i}.csv`), csv(rows.slice(cuts[i], cuts[i + 1])));
    writeFileSync(join(folder, "whole.csv"), csv(rows));
    const splits: DataPlan["split"][] = [
      { train: 0.6, validation: 0.1, test: 0.3, by: { kind: "group", column: "patient" }, seed: 5 },
      { train: 0.6, validation: 0.1, test: 0.3, by: { kind: "time", column: "when" }, seed: 0 },
      { by: { kind: "column", column: "part" }, seed: 0 },
      { fold: { at: 2, of: 5 }, validation: 0.1, stratified: true, seed: 5 },
      { fold: { at: 5, of: 5 }, validation: 0.1, by: { kind: "group", column: "patient" }, seed: 5 },
    ];
    for (const split of splits)
      for (const from of ["whole.csv", "cut-*.csv"]) {
        const given = plan(from, { split });
        await expectSame(await loadData(given, folder), await streamed(given));
      }
    // Some wrong rows, told as their files count them.
    const wrong = rows.map((row) => ({ ...row }));
    Object.assign(wrong[6000] as object, { a: "", patient: "" });
    Object.assign(wrong[7000] as object, { patient: "" });
    writeFileSync(join(folder, "cut-2.csv"), csv(wrong.slice(5000)));
    const given = plan("cut-*.csv", { split: splits[0] as DataPlan["split"] });
    const found = await problemsOf(loadData(given, folder));
    expect(found).toEqual([
      expect.stringMatching(/cut-2.csv MM40\d\d .*row 1000/),
      expect.stringMatching(/cut-2.csv MM407\d .*row 1000/),
    ]);
    expect(await problemsOf(streamed(given))).toEqual(found);
    writeFileSync(join(folder, "cut-2.csv"), csv(rows.slice(5000).map(({ when: _, ...row }) => row)));
    const columns = await problemsOf(loadData(given, folder));
    expect(columns).toEqual([expect.stringContaining("MM4101")]);
    expect(await problemsOf(streamed(given))).toEqual(columns);
  });

  it("has those of arrays, in several blocks, whose order within an epoch follows from the seed", async () => {
    const [count, width] = [3000, 300];
    const random = new Random(1);
    const arrays = {
      x: { shape: [count, width], values: random.values([count, width], (draw) => draw.normal()) },
      y: { shape: [count], values: Int32Array.from({ length: count }, (_, i) => i % 3) },
    };
    writeFileSync(join(folder, "a.npz"), packNpz(arrays));
    const given: DataPlan = {
      from: "a.npz",
      modalities: { x: { columns: ["x"], shape: [width], transforms: [{ kind: "standardised" }] } },
      target: { name: "y", column: "y", classes: 3 },
      split: { train: 0.8, validation: 0.1, test: 0.1, seed: 3 },
    };
    const memory = await loadData(given, folder);
    const stream = await streamed(given);
    await expectSame(memory, stream);
    // 3.6 MB in four blocks: more than fit twice beside batches of 500.
    const epoch = await allBatches(stream.train, 500, new Random(9));
    const order = epoch.flatMap(({ rows }) => [...rows]);
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: memory.train.size }, (_, i) => i));
    for await (const { rows, inputs } of eachBatch(stream.train, 500, new Random(9))) {
      const [own, whole] = [inputs.x as Float32Array, memory.train.inputs.x as Float32Array];
      const wrong = [...rows].filter((row, i) => own[i * width + 7] !== whole[row * width + 7]);
      expect(wrong).toEqual([]);
    }
    expect(await allBatches(stream.train, 500, new Random(9))).toEqual(epoch);
    expect(await allBatches(stream.train, 500, new Random(9), 2)).toEqual(epoch.slice(2));
    expect((await allBatches(stream.train, 500, new Random(8))).flatMap(({ rows }) => [...rows])).not.toEqual(
      order,
    );
  });

  it("tells of the same problems", async () => {
    const rows = table(6000);
    const edit = (at: number, cells: Record<string, string>) => Object.assign(rows[at] as object, cells);
    edit(5500, { y: "angry" });
    edit(5100, { y: "cross" });
    edit(4900, { a: "" });
    edit(5900, { a: "inf" });
    writeFileSync(join(folder, "bad.csv"), csv(rows).replace("inf", ""));
    const given = plan("bad.csv");
    const found = await problemsOf(loadData(given, folder));
    expect(found).toHaveLength(2);
    expect(await problemsOf(streamed(given))).toEqual(found);
    const skipping = plan("bad.csv", { skip: { atMost: 0.01 } });
    const memory = await loadData(skipping, folder);
    expect(memory.reading?.skipped?.first.map(({ row, code }) => `${row} ${code}`)).toEqual([
      "4900 MM4008",
      "5100 MM4011",
      "5500 MM4011",
      "5900 MM4008",
    ]);
    await expectSame(memory, await streamed(skipping));
    writeFileSync(
      join(folder, "low.csv"),
      csv(table(6000).map((row, i) => (i > 5000 ? { ...row, b: -3 } : row))),
    );
    const low = await problemsOf(loadData(plan("low.csv"), folder));
    expect(low).toEqual([expect.stringContaining("MM4056")]);
    expect(await problemsOf(streamed(plan("low.csv")))).toEqual(low);
    for (const wrong of [
      plan("none.csv"),
      plan("../t.csv"),
      plan("t.csv", { target: { name: "y", column: "z", classes: 2 } }),
    ])
      expect(await problemsOf(streamed(wrong))).toEqual(await problemsOf(loadData(wrong, folder)));
  });

  it("mends a damaged block, and makes anew what is kept of other content", async () => {
    const heard: string[] = [];
    hearOfData((line) => heard.push(line));
    writeFileSync(join(folder, "kept.csv"), csv(table(9000)));
    const given = plan("kept.csv");
    const memory = await loadData(given, folder);
    await expectSame(memory, await streamed(given));
    expect(heard.splice(0)).toEqual([expect.stringContaining("made, to be used again")]);
    const cache = join(folder, ".mmspec", "cache");
    const [own = ""] = readdirSync(cache).filter((name) => name.startsWith("kept.csv"));
    const stream = await streamed(given);
    expect(heard.splice(0)).toEqual([expect.stringContaining("made before")]);
    const file = openSync(join(cache, own, "blocks.bin"), "r+");
    writeSync(file, "damaged", 77);
    closeSync(file);
    expect(await allBatches(stream.test, 50)).toEqual(await allBatches(memory.test, 50));
    expect(heard.splice(0)).toEqual([expect.stringContaining("is damaged; it is made anew")]);
    expect(await allBatches(stream.test, 50)).toEqual(await allBatches(memory.test, 50));
    expect(heard).toEqual([]);
    // Another time, the same content; then another content.
    utimesSync(join(folder, "kept.csv"), 1, 1);
    await streamed(given);
    expect(heard.splice(0)).toEqual([expect.stringContaining("made before")]);
    writeFileSync(join(folder, "kept.csv"), csv(table(9000, 2)));
    await expectSame(await loadData(given, folder), await streamed(given));
    expect(heard.splice(0)).toEqual([expect.stringContaining("made, to be used again")]);
    writeFileSync(join(cache, own, "rows.bin"), "short");
    await streamed(given);
    expect(heard.splice(0)).toEqual([
      expect.stringContaining("anew"),
      expect.stringContaining("made, to be"),
    ]);
    expect(readdirSync(cache).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("refuses a bound in which not even two blocks fit", async () => {
    writeFileSync(join(folder, "b.csv"), csv(table(200_000)));
    const [problem] = await problemsOf(loadData({ ...plan("b.csv"), streamed: { within: 2 ** 20 } }, folder));
    expect(problem).toContain("MM4095");
    rmSync(join(folder, "b.csv"));
    expect(readFileSync(join(folder, ".mmspec", "cache", ".gitignore"), "utf8")).toBe("*\n");
  });
});

describe("streamedOrder", () => {
  it("has every sample once, each among those of its window, and the order of data in memory where all blocks fit", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(500), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 8 }),
        fc.option(fc.integer(), { nil: undefined }),
        (rows, blockRows, window, seed) => {
          const index = Int32Array.from(rows).sort();
          const random = seed === undefined ? undefined : new Random(seed);
          const { positions, windows } = streamedOrder(index, { blockRows, window, random });
          const sorted = Int32Array.from(index.keys());
          expect(positions.slice().sort()).toEqual(sorted);
          if (seed === undefined) expect(positions).toEqual(sorted);
          let begin = 0;
          for (const { blocks, end } of windows) {
            expect(blocks.length).toBeLessThanOrEqual(window);
            for (const at of positions.subarray(begin, end))
              expect(blocks).toContain(Math.floor((index[at] as number) / blockRows));
            begin = end;
          }
          expect(begin).toBe(index.length);
          if (windows.length === 1 && seed !== undefined)
            expect(positions).toEqual(new Random(seed).shuffle(Int32Array.from(index.keys())));
        },
      ),
    );
  });
});
