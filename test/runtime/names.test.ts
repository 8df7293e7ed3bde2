import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { loadData, type DataPlan, type Splits } from "../../runtime/data/index.js";
import { packNpz } from "../../runtime/data/write-npz.js";
import { problemsIn } from "../support/problems.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-names-"));

/** Codes of the problems that loading finds. */
async function problemsOf(plan: DataPlan): Promise<string[]> {
  return (await problemsIn(loadData(plan, folder))).map(
    ({ code, message, fix }) => `${code} ${message} ${fix ?? ""}`,
  );
}

const split = { train: 0.5, test: 0.5, seed: 1 };
const target = { name: "kind", column: "kind", classes: 2 };

/** The name of each sample's category, by its row in the file, as the codes say. */
function citiesOf({ train, test, names }: Splits, most: number): Record<number, string> {
  const list = names?.person?.city ?? [];
  return Object.fromEntries(
    [train, test].flatMap(({ size, index, inputs }) =>
      Array.from({ length: size }, (_, i) => {
        const code = inputs.person?.[2 * i + 1] as number;
        return [index[i] as number, code === most ? "unseen" : (list[code] as string)] as const;
      }),
    ),
  );
}

describe("tables", () => {
  const cities = ["Oslo", "Bern", "Oslo", "Rome", "Bern", "Oslo", "Bern", "Rome", "Bern", "Kyiv"];
  const lines = cities.map((city, i) => `${20 + i},${city},${i % 2}`);
  writeFileSync(join(folder, "people.csv"), ["age,city,kind", ...lines].join("\n"));
  const plan = (most: number, more: Partial<DataPlan> = {}): DataPlan => ({
    from: "people.csv",
    modalities: { person: { columns: ["age", "city"], shape: [2], categories: { city: most } } },
    target,
    split,
    ...more,
  });

  it("number the categories that training sees in sorted order; others share a slot of their own", async () => {
    const splits = await loadData(plan(5), folder);
    const seen = [...new Set(Array.from(splits.train.index, (row) => cities[row] as string))].sort();
    expect(splits.names).toEqual({ person: { city: seen } });
    expect(seen.length).toBeLessThan(new Set(cities).size);
    const found = citiesOf(splits, 5);
    cities.forEach((city, row) => expect(found[row]).toBe(seen.includes(city) ? city : "unseen"));
    expect(splits.train.inputs.person?.[0]).toBe(20 + (splits.train.index[0] as number));
  });

  it("keep to the names that a model was trained with", async () => {
    const kept = { person: { city: ["Rome", "Oslo", "Paris"] } };
    const splits = await loadData(plan(5), folder, kept);
    expect(splits.names).toEqual(kept);
    const found = citiesOf(splits, 5);
    cities.forEach((city, row) => expect(found[row]).toBe(["Rome", "Oslo"].includes(city) ? city : "unseen"));
  });

  it("read Parquet as CSV, and numbers as names where the spec says so", async () => {
    const columnData = [
      { name: "age", type: "DOUBLE", data: cities.map((_, i) => 20 + i) },
      { name: "city", type: "STRING", data: cities },
      { name: "kind", type: "INT32", data: cities.map((_, i) => i % 2) },
    ] as Parameters<typeof parquetWriteBuffer>[0]["columnData"];
    writeFileSync(join(folder, "people.parquet"), new Uint8Array(parquetWriteBuffer({ columnData })));
    const [csv, parquet] = [
      await loadData(plan(5), folder),
      await loadData(plan(5, { from: "people.parquet" }), folder),
    ];
    expect(parquet.train.inputs).toEqual(csv.train.inputs);
    expect(parquet.names).toEqual(csv.names);
    const numbers = { person: { columns: ["city", "age"], shape: [2], categories: { age: 9 } } };
    const text = lines.map((line) =>
      line.replace(/(\d+),(\w+)/, (_, age: string) => `${Number(age) % 13},1`),
    );
    writeFileSync(join(folder, "numbers.csv"), ["age,city,kind", ...text].join("\n"));
    const { names, train } = await loadData(plan(5, { from: "numbers.csv", modalities: numbers }), folder);
    const ages = [...new Set(Array.from(train.index, (row) => (20 + row) % 13))].sort((a, b) => a - b);
    expect(names?.person?.age).toEqual(ages.map(String));
  });

  it("report more categories than the spec has room for, empty cells and columns that aren't there", async () => {
    expect(await problemsOf(plan(1))).toEqual([
      expect.stringMatching(
        /^MM4021 The training split has 2 different values in column "city"; the spec expects 1 at most. write `category\(2\)`/,
      ) as string,
    ]);
    writeFileSync(
      join(folder, "gap.csv"),
      ["age,city,kind", ...lines.slice(0, 6), "40,,1", "41,Bern,0"].join("\n"),
    );
    expect(await problemsOf(plan(5, { from: "gap.csv" }))).toEqual([
      expect.stringMatching(/^MM4008 .*first in row 6/) as string,
    ]);
    const away = { person: { columns: ["age", "town"], shape: [2], categories: { town: 5 } } };
    expect(await problemsOf(plan(5, { modalities: away }))).toEqual([
      expect.stringMatching(/^MM4005/) as string,
    ]);
  });

  it("may have columns that are called like what every object has", async () => {
    const rows = cities.map((city, i) => `${i},${city},${i % 2}`);
    writeFileSync(join(folder, "odd.csv"), ["constructor,toString,kind", ...rows].join("\n"));
    const columns = ["constructor", "toString"];
    const categories = Object.fromEntries([["toString", 4]]);
    const modalities = {
      person: { columns, shape: [2], categories },
      plain: { columns: ["constructor"], shape: [1] },
    };
    const { train, names } = await loadData(plan(4, { from: "odd.csv", modalities }), folder, { person: {} });
    expect(Object.keys(names?.person ?? {})).toEqual(["toString"]);
    expect(Array.from(train.inputs.plain ?? [])).toEqual(Array.from(train.index));
  });

  it("may be missing as a whole", async () => {
    const rows = ["age,city,kind,x", ...lines.map((line, i) => (i === 3 ? ",,1,1" : `${line},1`))];
    writeFileSync(join(folder, "optional.csv"), rows.join("\n"));
    const modalities = {
      person: { columns: ["age", "city"], shape: [2], categories: { city: 5 }, optional: true },
      x: { columns: ["x"], shape: [1] },
    };
    const { train, test } = await loadData(plan(5, { from: "optional.csv", modalities }), folder);
    for (const part of [train, test])
      part.index.forEach((row, i) => expect(part.present.person?.[i]).toBe(row === 3 ? 0 : 1));
  });
});

describe("tokens", () => {
  const write = (name: string, tokens: number[], more: Parameters<typeof packNpz>[0] = {}) =>
    writeFileSync(
      join(folder, name),
      packNpz({
        text: { shape: [4, 3], values: Float32Array.from(tokens) },
        kind: { shape: [4], values: Int32Array.of(0, 1, 0, 1) },
        ...more,
      }),
    );
  const plan = (from: string): DataPlan => ({
    from,
    modalities: { text: { columns: ["text"], shape: [3], vocabulary: 5 } },
    target,
    split: { ...split, stratified: true },
  });

  it("must be whole numbers below the vocabulary's size", async () => {
    write("good.npz", [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]);
    expect(await problemsOf(plan("good.npz"))).toEqual([]);
    write("wrong.npz", [0, 1, 2, 3, 5, 0, 1, -1, 3, 4, 0.5, 1]);
    expect(await problemsOf(plan("wrong.npz"))).toEqual([
      expect.stringMatching(
        /^MM4020 `text` has 5 in row 1: tokens are whole numbers from 0 to 4 \(3 such values\)/,
      ) as string,
    ]);
  });

  it("have words where the file names them", async () => {
    const words = ["", "so", "naïve", "日本", "🙂"];
    write("named.npz", [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1], {
      "text.vocabulary": { shape: [5], values: words },
    });
    expect((await loadData(plan("named.npz"), folder)).names).toEqual({ text: { text: words } });
  });
});

describe("sequences and sounds", () => {
  it("come as arrays of their shapes", async () => {
    const values = Float32Array.from({ length: 24 }, (_, i) => i);
    const kind = { shape: [4], values: Int32Array.of(0, 1, 0, 1) };
    writeFileSync(
      join(folder, "time.npz"),
      packNpz({ walk: { shape: [4, 3, 2], values }, sound: { shape: [4, 6], values }, kind }),
    );
    const modalities = (walk: number[]) => ({
      walk: { columns: ["walk"], shape: walk },
      sound: { columns: ["sound"], shape: [6] },
    });
    const plan = {
      from: "time.npz",
      modalities: modalities([3, 2]),
      target,
      split: { ...split, stratified: true },
    };
    const { train } = await loadData(plan, folder);
    expect(train.shapes).toEqual({ walk: [3, 2], sound: [6] });
    expect([...(train.inputs.walk as Float32Array).slice(0, 6)]).toEqual([
      ...values.slice(6 * (train.index[0] as number)).slice(0, 6),
    ]);
    expect(await problemsOf({ ...plan, modalities: modalities([2, 3]) })).toEqual([
      expect.stringMatching(/^MM4006/) as string,
    ]);
  });
});
