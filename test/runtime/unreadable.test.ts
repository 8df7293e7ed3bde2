import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DataError, loadData, type DataPlan } from "../../runtime/data/index.js";
import { unseenSamples } from "../../runtime/data/unseen.js";
import { readTable } from "../../runtime/data/read.js";
import { int16, png, wav } from "../support/media.js";
import { expectSame, problemsOf } from "../support/streamed.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-unreadable-"));

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return name;
}

const row = (more: object) =>
  JSON.stringify({ x: [1, 2], a: 3, photo: "ok.png", sound: "ok.wav", words: [0, 1], y: "no", ...more });

function plan(parts: Partial<DataPlan> = {}): DataPlan {
  return {
    from: "rows.jsonl",
    modalities: {
      x: { columns: ["x"], shape: [2], line: 4 },
      a: { columns: ["a"], shape: [1], optional: true, line: 5 },
      photo: { columns: ["photo"], shape: [1, 2, 1], line: 6 },
      sound: { columns: ["sound"], shape: [3], rate: 8000, optional: true, line: 7 },
      words: { columns: ["words"], shape: [2], vocabulary: 4, line: 8 },
    },
    target: { name: "y", column: "y", classes: ["no", "yes"], line: 9 },
    split: { train: 0.5, test: 0.5, stratified: true, seed: 1, line: 10 },
    ...parts,
  };
}

const faults: readonly [fault: object, code: string, reason: string][] = [
  [{ x: [1, null] }, "MM4008", "`x` has 1 value that is missing"],
  [{ x: [1, 2, 3] }, "MM4109", "it has 3 values where others have 2 values"],
  [{ x: [1, "?"] }, "MM4109", 'it has "?" in a list of numbers'],
  [{ x: null }, "MM4008", "`x` has 2 values that are missing"],
  [{ a: "many" }, "MM4010", '"many"'],
  [{ photo: "none.png" }, "MM4050", 'There is no file "none.png"'],
  [{ photo: "cut.png" }, "MM4051", '"cut.png"'],
  [{ photo: "large.png" }, "MM4053", "has 2 x 2"],
  [{ photo: "../up.png" }, "MM4052", "leaves the folder"],
  [{ sound: "slow.wav" }, "MM4054", "has 4000"],
  [{ sound: "long.wav" }, "MM4055", "long.wav"],
  [{ words: [0, 9] }, "MM4020", "has 9"],
  [{ words: [0, 0.5] }, "MM4020", "has 0.5"],
  [{ y: "perhaps" }, "MM4011", '"perhaps"'],
  [{ y: null }, "MM4011", '""'],
];

async function prepare() {
  write("ok.png", await png([7, 8], 2, 1));
  write("large.png", await png([7, 8, 9, 10], 2, 1));
  write("cut.png", (await png([7, 8], 2, 1)).subarray(0, 40));
  write("ok.wav", wav(int16(1, 2, 3)));
  write("slow.wav", wav(int16(1, 2, 3), { rate: 4000 }));
  write("long.wav", wav(int16(1, 2, 3, 4)));
  const good = Array.from({ length: 40 }, (_, i) => row({ x: [i, 0], y: i % 2 === 0 ? "no" : "yes" }));
  // Not there, which an optional modality may be.
  good[5] = row({ a: null, sound: "none.wav" });
  write(
    "rows.jsonl",
    [...good.slice(0, 20), ...faults.map(([fault]) => row(fault)), ...good.slice(20)].join("\n"),
  );
}

async function errorOf(given: DataPlan): Promise<DataError> {
  const error = await loadData(given, folder).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof DataError)) throw error ?? new Error("nothing is wrong");
  return error;
}

describe("samples that can't be read", async () => {
  await prepare();

  it("are an error, as long as nobody asks to skip them", async () => {
    const { problems } = await errorOf(plan());
    const codes = new Set(faults.map(([, code]) => code));
    expect(new Set(problems.map(({ code }) => code))).toEqual(codes);
  });

  it("are skipped, counted and named where the spec says so, and all others are as they were", async () => {
    const { train, test, reading } = await loadData(plan({ skip: { atMost: 0.5, line: 11 } }), folder);
    expect(train.size + test.size).toBe(40);
    const rows = [...train.index, ...test.index].sort((a, b) => a - b);
    expect(rows).toEqual(Array.from({ length: 40 }, (_, i) => (i < 20 ? i : i + faults.length)));
    for (const part of [train, test])
      part.index.forEach((at, i) => {
        const good = at < 20 ? at : at - faults.length;
        const lacks = good === 5;
        expect(part.inputs.x?.[2 * i]).toBe(lacks ? 1 : good);
        expect([part.present.a?.[i], part.present.sound?.[i]]).toEqual(lacks ? [0, 0] : [1, 1]);
        expect([part.inputs.photo?.[2 * i], part.inputs.photo?.[2 * i + 1]]).toEqual([7, 8]);
      });
    const { skipped } = reading ?? {};
    expect(skipped).toMatchObject({ count: faults.length, of: 55 });
    expect(skipped?.first).toHaveLength(10);
    skipped?.first.forEach((said, i) => {
      const [, code, reason] = faults[i] as (typeof faults)[number];
      expect(said).toMatchObject({ row: 20 + i, code, where: "rows.jsonl" });
      expect(said.reason).toContain(reason);
    });
  });

  it("are skipped, counted and named alike where the data is streamed", async () => {
    const kinds: Partial<DataPlan>[] = [
      {},
      { split: { train: 0.5, test: 0.5, by: { kind: "group", column: "group" }, seed: 1 } },
      {
        target: { kind: "regression", name: "b", columns: ["b"], numbers: ["b"] },
        split: { train: 0.5, test: 0.5, seed: 1 },
      },
    ];
    const lines = readFileSync(join(folder, "rows.jsonl"), "utf8").split("\n");
    const grouped = lines.map(
      (line, i) => `${line.slice(0, -1)},"group":"g${i % 9}","b":${i === 3 ? null : i % 7}}`,
    );
    write("grouped.jsonl", grouped.join("\n"));
    mkdirSync(join(folder, "parts"), { recursive: true });
    for (const name of ["ok.png", "large.png", "cut.png", "ok.wav", "slow.wav", "long.wav"])
      copyFileSync(join(folder, name), join(folder, "parts", name));
    write("parts/1.jsonl", grouped.slice(0, 28).join("\n"));
    write("parts/2.jsonl", grouped.slice(28).join("\n"));
    for (const from of ["grouped.jsonl", "parts/*.jsonl"])
      for (const parts of kinds) {
        const given = plan({ from, skip: { atMost: 0.5, line: 11 }, ...parts });
        const streamed = { within: 6 * 2 ** 20 };
        const memory = await loadData(given, folder);
        expect(memory.reading?.skipped?.count).toBeGreaterThan(10);
        await expectSame(memory, await loadData({ ...given, streamed }, folder));
        // Again, from what was kept; then with fewer allowed.
        await expectSame(memory, await loadData({ ...given, streamed }, folder));
        const few = { ...given, skip: { atMost: 0.05, line: 11 } };
        expect(await problemsOf(loadData({ ...few, streamed }, folder))).toEqual(
          await problemsOf(loadData(few, folder)),
        );
      }
  });

  it("are an error all the same when they are too many", async () => {
    const [problem] = (await errorOf(plan({ skip: { atMost: 0.05, line: 11 } }))).problems;
    expect(problem).toMatchObject({ code: "MM4108", specLine: 11 });
    expect(problem?.message).toContain("15 of 55 samples can't be read, more than 5 %:");
    expect(problem?.message).toContain("row 20: MM4008");
    expect(problem?.fix).toContain("at most 0.28");
  });

  it("are no samples of a file to predict, and told of by their rows", async () => {
    const table = await readTable("rows.jsonl", folder);
    const { samples, unreadable } = await unseenSamples(
      { table, firstRow: 100 },
      plan({ skip: { atMost: 0.05 } }),
      { names: undefined, statistics: undefined, folder },
    );
    expect(samples.size).toBe(40);
    expect(samples.index[20]).toBe(100 + 20 + faults.length);
    expect(unreadable.map(({ row: at, code }) => [at, code])).toEqual(
      faults.map(([, code], i) => [120 + i, code]),
    );
  });

  it("of a target of numbers or labels are those that lack some, or say neither 1 nor 0", async () => {
    write("numbers.csv", ["x,y,z", "1,2,0", "2,,1", "3,4,0", "4,5,7", "5,6,1", "6,many,0"].join("\n"));
    const given = (target: DataPlan["target"]) =>
      plan({
        from: "numbers.csv",
        modalities: { x: { columns: ["x"], shape: [1] } },
        target,
        split: { train: 0.5, test: 0.5, stratified: false, seed: 1 },
        skip: { atMost: 0.5 },
      });
    const rowsOf = async (target: DataPlan["target"]) => {
      const { train, test, reading } = await loadData(given(target), folder);
      const kept = [...train.index, ...test.index].sort((a, b) => a - b);
      return [kept, reading?.skipped?.first.map(({ row: at, code }) => `${at} ${code}`)];
    };
    expect(await rowsOf({ kind: "regression", name: "y", columns: ["y"], numbers: ["y"] })).toEqual([
      [0, 2, 3, 4],
      ["1 MM4032", "5 MM4010"],
    ]);
    expect(await rowsOf({ kind: "multilabel", name: "z", columns: ["z"], labels: ["z"] })).toEqual([
      [0, 1, 2, 4, 5],
      ["3 MM4033"],
    ]);
  });
});
