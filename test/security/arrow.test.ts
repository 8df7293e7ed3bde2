import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Bool,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  Null,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
  type Data,
  type DataType,
} from "apache-arrow";
import { describe, expect, it } from "vitest";
import { readBlocks } from "../../runtime/data/blocks.js";
import { DataError } from "../../runtime/data/problems.js";
import { readTable } from "../../runtime/data/read.js";
import { rowsOf, type Table as ReadTable } from "../../runtime/data/table.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-hostile-arrow-"));

/** Rows of the longest column; one of lists of nothing has as many as one likes. */
function most(columns: ReadTable["columns"]): number {
  return Math.max(0, ...Array.from(columns.values(), rowsOf).filter((rows) => !Number.isNaN(rows)));
}

/** Rows that are read, as a whole and block by block; what is said where they are refused. */
async function read(bytes: Uint8Array): Promise<(number | string)[]> {
  const path = join(folder, "a.arrow");
  writeFileSync(path, bytes);
  const said = (error: unknown) => {
    if (!(error instanceof DataError)) throw error;
    return error.message.replace(path, "").trim();
  };
  const whole = readTable("a.arrow", folder).then(({ columns }) => most(columns), said);
  const parts = async () => {
    let rows = 0;
    for await (const { table } of readBlocks(path, { size: 1000, texts: new Set() }))
      rows += most(table.columns);
    return rows;
  };
  return [await whole, await parts().catch(said)];
}

const count = 6;
const each = <T>(value: (i: number) => T) => Array.from({ length: count }, (_, i) => value(i));
const table = new Table({
  a: vectorFromArray(
    each((i) => (i === 2 ? null : i / 3)),
    new Float64(),
  ),
  b: vectorFromArray(
    each((i) => `text ${i}`),
    new Utf8(),
  ),
  c: vectorFromArray(
    each((i) => [i, i + 1]),
    new List(new Field("item", new Float32(), true)),
  ),
  d: vectorFromArray(
    each((i) => [i, i + 1]),
    new FixedSizeList(2, new Field("item", new Float32(), true)),
  ),
  e: vectorFromArray(
    each((i) => i % 2 === 0),
    new Bool(),
  ),
  f: vectorFromArray(
    each((i) => ["x", "y"][i % 2]),
    new Dictionary(new Utf8(), new Int32(), 3),
  ),
});

/** A column whose header says anything. */
function lying(data: Data): Uint8Array {
  const schema = new Schema([new Field("a", data.type as DataType, true)]);
  const struct = makeData({ type: new Struct(schema.fields), length: data.length, children: [data] });
  return tableToIPC(new Table(new RecordBatch(schema, struct)), "file");
}

describe("Arrow from strangers", () => {
  it.each(["file", "stream"] as const)(
    "a %s with any word of it changed ends, read or refused",
    async (form) => {
      const bytes = Buffer.from(tableToIPC(table, form));
      expect(await read(bytes)).toEqual([count, count]);
      let refused = 0;
      for (let at = 0; at + 4 <= bytes.length; at += 4)
        for (const word of [[-1, 0x7fffffff, 0][(at / 4) % 3] as number, bytes.readInt32LE(at) + 4]) {
          const damaged = Buffer.from(bytes);
          damaged.writeInt32LE(word | 0, at);
          const found = await read(damaged);
          for (const said of found) {
            if (typeof said === "string") refused++;
            if (typeof said === "string") expect(said, `${word} at ${at}`).toMatch(/^error MM4\d{3}: /);
            else expect(said, `${word} at ${at}`).toBeLessThanOrEqual(count);
          }
        }
      expect(refused).toBeGreaterThan(bytes.length / 4);
      for (let length = 0; length < bytes.length; length += 7)
        for (const said of await read(bytes.subarray(0, length)))
          if (form === "file" || typeof said === "string") expect(said).toMatch(/^error MM4002: /);
          else expect(said).toBeLessThanOrEqual(count);
    },
  );

  it.each<[string, Data, RegExp]>([
    [
      "more rows than it has",
      makeData({ type: new Float32(), length: 10, data: new Float32Array(2) }),
      /fewer/,
    ],
    ["nulls without an end", makeData({ type: new Null(), length: 2 ** 31 - 1 }), /fewer/],
    [
      "lists of nothing without an end",
      makeData({
        type: new FixedSizeList(2 ** 30, new Field("item", new Null(), true)),
        length: 1,
        child: makeData({ type: new Null(), length: 2 ** 30 }),
      }),
      /fewer/,
    ],
    [
      "texts that end before they begin",
      makeData({
        type: new Utf8(),
        length: 2,
        valueOffsets: Int32Array.of(0, 3, 1),
        data: new Uint8Array(3),
      }),
      /end before they begin/,
    ],
    [
      "lists that go on beyond what there is",
      makeData({
        type: new List(new Field("item", new Float32(), true)),
        length: 2,
        valueOffsets: Int32Array.of(0, 9, 9),
        child: makeData({ type: new Float32(), length: 3, data: new Float32Array(3) }),
      }),
      /fewer/,
    ],
    [
      "names that it doesn't have",
      makeData({
        type: new Dictionary(new Utf8(), new Int32(), 4),
        length: 3,
        data: Int32Array.of(0, 1, 7),
        dictionary: vectorFromArray(["x", "y"], new Utf8()),
      }),
      /numbers of no name/,
    ],
    [
      "whole numbers cut short",
      makeData({ type: new Int64(), length: 4, data: new BigInt64Array(3) }),
      /fewer/,
    ],
  ])("one that tells of %s is refused", async (_, data, what) => {
    const [whole, parts] = await read(lying(data));
    expect(whole).toMatch(/^error MM4002: /);
    expect(whole).toMatch(what);
    expect(parts).toBe(whole);
  });

  it("a column of nulls alone is read", async () => {
    expect(await read(lying(makeData({ type: new Null(), length: 100_000 })))).toEqual([100_000, 100_000]);
    expect(await read(tableToIPC(new Table(table.schema), "file"))).toEqual([0, 0]);
  });
});
