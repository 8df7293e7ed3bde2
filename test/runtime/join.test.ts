import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinTables } from "../../runtime/data/join.js";
import { loadData, type DataPlan } from "../../runtime/data/index.js";
import { ProblemList } from "../../runtime/data/problems.js";
import { columnOfCells, type Table } from "../../runtime/data/table.js";
import { png } from "../support/media.js";
import { problemsIn } from "../support/problems.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-join-"));

function write(name: string, content: string | Uint8Array): string {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
  return name;
}

const lines = (...rows: string[]) => `${rows.join("\n")}\n`;

function plan(parts: Partial<DataPlan> = {}): DataPlan {
  return {
    from: "a.csv",
    line: 3,
    modalities: { x: { columns: ["x"], shape: [1], line: 4 }, z: { columns: ["z"], shape: [1], line: 5 } },
    target: { name: "y", column: "y", classes: 2, line: 6 },
    split: { train: 0.5, test: 0.5, stratified: true, seed: 1, line: 7 },
    ...parts,
  };
}

/** All samples in the order of their rows: [row, x, z, present, label]. */
async function samplesOf(given: DataPlan) {
  const { train, test, reading } = await loadData(given, folder);
  const rows = [train, test].flatMap(({ index, inputs, present, labels }) =>
    Array.from(index, (row, i) => [row, inputs.x?.[i], inputs.z?.[i], present.z?.[i], labels[i]]),
  );
  return { rows: rows.sort(([a], [b]) => (a as number) - (b as number)), reading };
}

async function problemsOf(given: DataPlan): Promise<string[]> {
  return (await problemsIn(loadData(given, folder))).map(({ code, message, where }) =>
    `${code} ${where}: ${message}`.replaceAll(`${folder}/`, ""),
  );
}

const by = (path: string, key = "id") => ({ joins: [{ with: path, by: key, line: 3 }] });

describe("files that are joined by a key", () => {
  write("a.csv", lines("id,x,y", "p1,1,0", "p2,2,1", "p3,3,0", "p4,4,1", "p1,5,1", ",6,0"));
  write("b.csv", lines("id,z", "p4,40", "p1,10", "p2,20", "p9,90"));

  it("leave rows out that have no partner, and count them", async () => {
    const { rows, reading } = await samplesOf(plan(by("b.csv")));
    expect(rows).toEqual([
      [0, 1, 10, 1, 0],
      [1, 2, 20, 1, 1],
      [3, 4, 40, 1, 1],
      [4, 5, 10, 1, 1],
    ]);
    expect(reading).toEqual({
      joins: [
        { with: "b.csv", by: "id", rows: 6, without: 2, few: ["p3", "no key"], kept: false, unused: 1 },
      ],
    });
  });

  it("keep them where only optional modalities lack something then", async () => {
    const { modalities } = plan();
    const z = { ...modalities.z, columns: ["z"], shape: [1], optional: true };
    const { rows, reading } = await samplesOf(plan({ ...by("b.csv"), modalities: { ...modalities, z } }));
    expect(rows.map(([row, , value, present]) => [row, value, present])).toEqual([
      [0, 10, 1],
      [1, 20, 1],
      [2, 0, 0],
      [3, 40, 1],
      [4, 10, 1],
      [5, 0, 0],
    ]);
    expect(reading?.joins?.[0]).toMatchObject({ without: 2, kept: true });
  });

  it("have keys that stand once in what is joined, and columns that stand in one file", async () => {
    write("twice.csv", lines("id,z", "p1,1", "p2,2", "p1,3", "p2,4"));
    expect(await problemsOf(plan(by("twice.csv")))).toEqual([
      'MM4103 twice.csv: 2 keys of "id" stand more than once in a file that is joined: "p1" in rows 0, 2; "p2" in rows 1, 3.',
    ]);
    write("same.csv", lines("id,z,x", "p1,1,1"));
    expect(await problemsOf(plan(by("same.csv")))).toEqual([
      'MM4104 same.csv: Column "x" is also in a.csv: nobody can say which is meant.',
    ]);
    write("other.csv", lines("id,z", "q1,1"));
    expect(await problemsOf(plan(by("other.csv")))).toEqual([
      'MM4105 other.csv: No row of a.csv has a key "id" that is here: there the first is "p1", here "q1".',
    ]);
    expect(await problemsOf(plan(by("b.csv", "name")))).toEqual([
      'MM4005 a.csv: There is no column "name".',
      'MM4005 b.csv: There is no column "name".',
    ]);
  });

  it("compare numbers with texts of the same number, and refuse numbers that can't be told apart", async () => {
    write("numbers.csv", lines("id,x,y", "1,1,0", "2,2,1", "10,3,0", "20,4,1"));
    write(
      "texts.jsonl",
      ['"1.0"', '"02"', '"10"', '"20"', '"x"'].map((id, z) => `{"id":${id},"z":${z}}`).join("\n"),
    );
    const { rows } = await samplesOf(plan({ from: "numbers.csv", ...by("texts.jsonl") }));
    expect(rows.map(([, x, z]) => [x, z])).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 3],
    ]);
    write("large.csv", lines("id,x,y", "12345678901234567890,1,0", "12345678901234567891,2,1"));
    expect(await problemsOf(plan({ from: "large.csv", ...by("large-b.csv") }))).toEqual([
      'MM4001 large-b.csv: There is no file "large-b.csv".',
    ]);
    write("large-b.csv", lines("id,z", "12345678901234567890,1"));
    expect((await problemsOf(plan({ from: "large.csv", ...by("large-b.csv") })))[0]).toContain(
      "MM4107 large.csv",
    );
  });

  it("may be called by the names that every object has", async () => {
    write("proto.csv", lines("__proto__,x,y", "constructor,1,0", "__proto__,2,1", "toString,3,0", "q,4,1"));
    write("proto-b.csv", lines("__proto__,z", "toString,1", "__proto__,2", "constructor,3", "valueOf,5"));
    const { rows } = await samplesOf(plan({ from: "proto.csv", ...by("proto-b.csv", "__proto__") }));
    expect(rows.map(([, x, z]) => [x, z])).toEqual([
      [1, 3],
      [2, 2],
      [3, 1],
    ]);
  });

  it("are what two nested loops find", () => {
    const keys = fc.array(fc.option(fc.constantFrom("a", "b", " c", "7", "07", "__proto__")), {
      minLength: 1,
    });
    const others = fc.uniqueArray(fc.constantFrom("a", "b", "c", "7", "8", "__proto__"), { minLength: 1 });
    fc.assert(
      fc.property(keys, others, fc.boolean(), (left, right, keep) => {
        const table = (source: string, column: string, ids: readonly (string | null)[]): Table => ({
          source,
          columns: new Map([
            ["id", { kind: "text", values: ids }],
            [column, columnOfCells(ids.map((_, i) => [i, -i]))],
          ]),
        });
        const expected: [number, number | null][] = [];
        left.forEach((id, i) => {
          const at = right.findIndex((other) => id !== null && other.trim() === id.trim());
          if (at >= 0 || keep) expected.push([i, at < 0 ? null : at]);
        });
        const join = () =>
          joinTables(
            table("l", "x", left),
            table("r", "z", right),
            { with: "r", by: "id" },
            { bound: new Set(["x", "z"]), keep },
            new ProblemList(),
          );
        if (expected.every(([, at]) => at === null)) {
          expect(join).toThrow("MM4105");
          return;
        }
        const { columns, rows } = join().table;
        const found = Array.from(rows ?? [], (row, i) => {
          const z = columns.get("z")?.values[2 * i] as number;
          expect(columns.get("x")?.values[2 * i]).toBe(row);
          return [row, Number.isNaN(z) ? null : z];
        });
        expect(found).toEqual(expected);
      }),
    );
  });
});

describe("several files by *", () => {
  write("parts/b.csv", lines("x,z,y", "3,30,0", "4,40,1"));
  write("parts/a.csv", lines("x,z,y", "1,,0", "2,,1"));
  write("parts/more/c.csv", lines("z,y,x", "50,0,5"));
  write("parts/.hidden.csv", "no");

  it("are read in the order of their names, in folders by **", async () => {
    const optional = { ...plan().modalities, z: { columns: ["z"], shape: [1], optional: true } };
    const { rows } = await samplesOf(plan({ from: "parts/*.csv", modalities: optional }));
    expect(rows).toEqual([
      [0, 1, 0, 0, 0],
      [1, 2, 0, 0, 1],
      [2, 3, 30, 1, 0],
      [3, 4, 40, 1, 1],
    ]);
    const all = await samplesOf(plan({ from: "parts/**/*.csv", modalities: optional }));
    expect(all.rows.map(([, x]) => x)).toEqual([1, 2, 3, 4, 5]);
  });

  it("tell of a file that is wrong, by its own rows", async () => {
    write("wrong/a.csv", lines("x,z,y", "1,1,0", "2,2,1"));
    write("wrong/b.csv", lines("x,z,y", "3,3,0", "oops,4,7"));
    expect(await problemsOf(plan({ from: "wrong/*.csv" }))).toEqual([
      'MM4010 wrong/b.csv: Column "x" has text where numbers are wanted: "oops" in row 1.',
      'MM4011 wrong/b.csv: "7" in row 1 is no class of `y`, which has the classes 0 to 1 (1 such row).',
    ]);
    write("columns/a.csv", lines("x,z,y", "1,1,0"));
    write("columns/b.csv", lines("x,q,y", "1,1,0"));
    expect(await problemsOf(plan({ from: "columns/*.csv" }))).toEqual([
      `MM4101 columns/b.csv: Its columns aren't those of columns/a.csv: "z" isn't there, "q" is only here.`,
    ]);
    write("shapes/a.jsonl", '{"x":1,"z":[1,2],"y":0}');
    write("shapes/b.jsonl", '{"x":1,"z":[1,2,3],"y":0}');
    expect(await problemsOf(plan({ from: "shapes/*.jsonl" }))).toEqual([
      'MM4102 shapes/b.jsonl: Column "z" has [3] of each sample here, and [2] of each sample in shapes/a.jsonl.',
    ]);
  });

  it("are none, or lead out of the folder", async () => {
    expect(await problemsOf(plan({ from: "parts/*.tsv" }))).toEqual([
      'MM4100 parts/*.tsv: No file is named by "parts/*.tsv".',
    ]);
    expect((await problemsOf(plan({ from: "../*.csv" })))[0]).toContain("MM4004");
    const elsewhere = mkdtempSync(join(tmpdir(), "mmspec-elsewhere-"));
    writeFileSync(join(elsewhere, "secret.csv"), lines("x,z,y", "1,1,0"));
    mkdirSync(join(folder, "links"));
    symlinkSync(join(elsewhere, "secret.csv"), join(folder, "links/a.csv"));
    symlinkSync(elsewhere, join(folder, "links/inner"));
    expect(await problemsOf(plan({ from: "links/*.csv" }))).toEqual([
      'MM4004 links/a.csv: "links/a.csv" leaves the folder of the data.',
    ]);
    for (const from of ["links/inner/*.csv", "links/**/secret.csv"])
      expect(await problemsOf(plan({ from }))).toEqual([
        'MM4004 links/inner/secret.csv: "links/inner/secret.csv" leaves the folder of the data.',
      ]);
    // A link in a circle ends.
    mkdirSync(join(folder, "circle"));
    symlinkSync(join(folder, "circle"), join(folder, "circle/again"));
    write("circle/a.csv", lines("x,z,y", "1,1,0", "2,2,0", "3,3,1", "4,4,1"));
    const { rows } = await samplesOf(plan({ from: "circle/**/a.csv" }));
    expect(rows).toHaveLength(4);
  });

  it("name pictures beside themselves", async () => {
    for (const [shot, value] of [
      ["one", 10],
      ["two", 20],
    ] as const) {
      write(`shots/${shot}/1.png`, await png([value, value], 2, 1));
      write(`shots/${shot}/list.csv`, lines("x,z,y", "1.png,1,0", "1.png,2,1"));
    }
    const { modalities } = plan();
    const x = { columns: ["x"], shape: [1, 2, 1] };
    const { train, test } = await loadData(
      plan({ from: "shots/*/list.csv", modalities: { ...modalities, x } }),
      folder,
    );
    const values = [train, test].flatMap(({ index, inputs }) =>
      Array.from(index, (row, i) => [row, inputs.x?.[2 * i]]),
    );
    expect(values.sort(([a], [b]) => (a as number) - (b as number))).toEqual([
      [0, 10],
      [1, 10],
      [2, 20],
      [3, 20],
    ]);
  });
});
