import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  compressionRegistry,
  CompressionType,
  Field,
  FixedSizeList,
  Float32,
  Table,
  tableFromArrays,
  tableToIPC,
  vectorFromArray,
} from "apache-arrow";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { formats } from "../../compiler/tables/data.js";
import { readers, readTable } from "../../runtime/data/index.js";
import { gunzip, TooLarge } from "../../runtime/data/limits.js";
import { unpackLz4 } from "../../runtime/data/lz4.js";
import { readNpz } from "../../runtime/data/npz.js";
import { readParquet } from "../../runtime/data/parquet.js";
import type { Column } from "../../runtime/data/table.js";
import { packNpy, packNpz } from "../../runtime/data/write-npz.js";
import { problemsIn } from "../support/problems.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-sources-"));

function write(name: string, content: string | Uint8Array): string {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
  return name;
}

/** A table as plain data. */
async function columnsOf(path: string) {
  const { columns } = await readTable(path, folder);
  return Object.fromEntries(Array.from(columns, ([name, column]) => [name, plain(column)]));
}

function plain(column: Column) {
  return column.kind === "text"
    ? column.values
    : { shape: column.shape, values: Array.from(column.values, (value) => +value) };
}

async function problemsOf(reading: Promise<unknown>): Promise<string[]> {
  return (await problemsIn(reading)).map(
    ({ code, message, fix }) => `${code} ${message}${fix ? ` (${fix})` : ""}`,
  );
}

function safetensors(
  tensors: Record<string, { dtype: string; shape: number[]; bytes: Uint8Array; at?: [number, number] }>,
): Uint8Array {
  let offset = 0;
  const entries = Object.entries(tensors).map(([name, { dtype, shape, bytes, at }]) => {
    const data_offsets = at ?? [offset, (offset += bytes.length)];
    return [name, { dtype, shape, data_offsets }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...Object.values(tensors).map(({ bytes }) => bytes)]);
}

const rows = {
  a: { shape: [], values: [1, 2, NaN] },
  list: { shape: [2], values: [1, 2, 3, 4, NaN, NaN] },
  name: ["x", "ü", null],
};

describe("files", () => {
  it("are those that the compiler knows", () => {
    expect([...readers.keys()].sort()).toEqual([...formats.keys()].sort());
  });

  it("of JSON lines have objects, lists as vectors, null and absent keys as missing", async () => {
    const text = '{"a":1,"list":[1,2],"name":"x"}\n\n{"a":2,"list":[3,4],"name":"ü"}\n{"name":null}\n';
    expect(await columnsOf(write("a.jsonl", text))).toEqual(rows);
    expect(await columnsOf(write("a.ndjson.gz", gzipSync(text)))).toEqual(rows);
    const { columns } = await readTable(write("own.jsonl", '{"__proto__":1,"constructor":2}'), folder);
    expect([...columns.keys()]).toEqual(["__proto__", "constructor"]);
  });

  it("of JSON lines tell the line that is none", async () => {
    expect(await problemsOf(readTable(write("b.jsonl", '{"a":1}\n[1]'), folder))).toEqual([
      expect.stringMatching(/MM4002 .*line 2 is no object/),
    ]);
    expect(await problemsOf(readTable(write("c.jsonl", '{"a":1}\n\n{"a"'), folder))).toEqual([
      expect.stringMatching(/MM4002 .*line 3 is no JSON/),
    ]);
  });

  it("of tab-separated values keep their commas", async () => {
    expect(await columnsOf(write("a.tsv", "a\tname\n1\tx, y\n\tz\n"))).toEqual({
      a: { shape: [], values: [1, NaN] },
      name: ["x, y", "z"],
    });
  });

  it("of one NumPy array are a column, and one for each of a row's values", async () => {
    const shape = [2, 3];
    write("arrays/points.npy", packNpy({ shape, values: Float32Array.of(1, 2, 3, 4, 5, 6) }));
    write("arrays/label.npy", packNpy({ shape: [2], values: Int32Array.of(0, 1) }));
    expect(await columnsOf("arrays/points.npy")).toEqual({
      points: { shape: [3], values: [1, 2, 3, 4, 5, 6] },
      0: { shape: [], values: [1, 4] },
      1: { shape: [], values: [2, 5] },
      2: { shape: [], values: [3, 6] },
    });
    expect(await columnsOf("arrays/")).toEqual({
      points: { shape: [3], values: [1, 2, 3, 4, 5, 6] },
      label: { shape: [], values: [0, 1] },
    });
  });

  it("of Arrow have the same, plain and packed", async () => {
    const list = new FixedSizeList(2, new Field("item", new Float32(), true));
    const table = new Table({
      a: vectorFromArray([1, 2, null]),
      list: vectorFromArray([[1, 2], [3, 4], null], list),
      name: vectorFromArray(["x", "ü", null]),
    });
    for (const form of ["file", "stream"] as const)
      expect(await columnsOf(write(`${form}.arrow`, tableToIPC(table, form)))).toEqual(rows);
    compressionRegistry.set(CompressionType.LZ4_FRAME, { encode: packEqual, decode: (bytes) => bytes });
    const equal = tableFromArrays({ seven: new Int32Array(5000).fill(7) });
    const packed = tableToIPC(equal, "file", CompressionType.LZ4_FRAME as never);
    expect(packed.length).toBeLessThan(2000);
    const { seven } = await columnsOf(write("packed.feather", packed));
    expect(seven).toEqual({ shape: [], values: Array(5000).fill(7) });
    expect(await problemsOf(readTable(write("old.feather", "FEA1...."), folder))).toEqual([
      expect.stringContaining("version 1"),
    ]);
  });

  it("of safetensors have numbers of every kind", async () => {
    const bytes = (values: ArrayBufferView) =>
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const file = safetensors({
      single: { dtype: "F32", shape: [2, 1], bytes: bytes(Float32Array.of(0.5, -1)) },
      double: { dtype: "F64", shape: [2], bytes: bytes(Float64Array.of(0.1, -1)) },
      half: { dtype: "F16", shape: [4], bytes: bytes(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0xfc00)) },
      brain: { dtype: "BF16", shape: [2], bytes: bytes(Uint16Array.of(0x3f80, 0xc049)) },
      long: { dtype: "I64", shape: [2], bytes: bytes(BigInt64Array.of(-3n, 4n)) },
      truth: { dtype: "BOOL", shape: [2], bytes: Uint8Array.of(1, 0) },
      scalar: { dtype: "F32", shape: [], bytes: bytes(Float32Array.of(1)) },
    });
    expect(await columnsOf(write("a.safetensors", file))).toEqual({
      single: { shape: [1], values: [0.5, -1] },
      double: { shape: [], values: [0.1, -1] },
      half: { shape: [], values: [1, -2, 2 ** -24, -Infinity] },
      brain: { shape: [], values: [1, -3.140625] },
      long: { shape: [], values: [-3, 4] },
      truth: { shape: [], values: [1, 0] },
    });
  });

  it("of safetensors that lie about their places and lengths are refused", async () => {
    const four = { dtype: "F32", shape: [1], bytes: new Uint8Array(4) };
    const files: [Uint8Array, RegExp][] = [
      [safetensors({ a: { ...four, at: [0, 400] } }), /bytes 0 to 400, but there are 4/],
      [safetensors({ a: { ...four, at: [4, 0] } }), /bytes 4 to 0/],
      [safetensors({ a: { ...four, shape: [1e9] } }), /4 bytes where 4000000000 are wanted/],
      [safetensors({ a: { ...four, shape: [-1] } }), /type, shape and place/],
      [safetensors({ a: { ...four, dtype: "F8" } }), /type F8/],
      [Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127), /header should take/],
      [Uint8Array.of(1, 2), /shorter/],
    ];
    for (const [bytes, reason] of files)
      expect(await problemsOf(readTable(write("bad.safetensors", bytes), folder))).toEqual([
        expect.stringMatching(reason),
      ]);
  });

  it("grow to a bound only", async () => {
    expect(() => gunzip(gzipSync(new Uint8Array(2000)), 1999)).toThrow(TooLarge);
    expect(gunzip(gzipSync(new Uint8Array(2000)), 2000)).toHaveLength(2000);
    write("a.npz", packNpz({ a: { shape: [1000], values: new Uint8Array(1000) } }));
    await expect(readNpz(join(folder, "a.npz"), 1000)).rejects.toThrow(TooLarge);
    expect((await readNpz(join(folder, "a.npz"), 1200)).columns.size).toBe(1);
    const columnData = [{ name: "a", type: "DOUBLE" as const, data: Array<number>(500).fill(0.5) }];
    write("a.parquet", new Uint8Array(parquetWriteBuffer({ columnData })));
    await expect(readParquet(join(folder, "a.parquet"), 10)).rejects.toThrow(TooLarge);
    expect((await readParquet(join(folder, "a.parquet"))).columns.size).toBe(1);
  });
});

/** A frame of LZ4 of bytes that repeat every four; one block that isn't packed for few. */
function packEqual(bytes: Uint8Array): Uint8Array {
  const begin = Uint8Array.of(4, 34, 77, 24, 0x60, 0x40, 0x82);
  const size = Buffer.alloc(4);
  if (bytes.length < 32) {
    size.writeUInt32LE((bytes.length | 0x80000000) >>> 0);
    return Buffer.concat([begin, size, bytes, Buffer.alloc(4)]);
  }
  // Four literals, a match of all but five bytes, five literals.
  const more = bytes.length - 4 - 5 - 4 - 15;
  const length = [...Array<number>(Math.floor(more / 255)).fill(255), more % 255];
  const block = [0x4f, ...bytes.subarray(0, 4), 4, 0, ...length, 0x50, ...bytes.subarray(-5)];
  size.writeUInt32LE(block.length);
  return Buffer.concat([begin, size, Uint8Array.from(block), Buffer.alloc(4)]);
}

describe("LZ4", () => {
  // `lz4 -B4 -BD` of i % 10, i = 0 .. 69999: two blocks, of which the second refers to the first.
  const packed = Buffer.from(
    "BCJNGERAXhQBAACvAAECAwQFBgcICQoA/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////95QAQIDBAUbAAAAD/r///////////////////////9pUAUGBwgJAAAAAF4RQQI=",
    "base64",
  );

  it("is unpacked over linked blocks", () => {
    const wanted = Uint8Array.from({ length: 70_000 }, (_, i) => i % 10);
    expect(Buffer.compare(unpackLz4(packed, 70_000), wanted)).toBe(0);
  });

  it("grows to a bound only; what is cut off or refers to nothing is refused", () => {
    expect(() => unpackLz4(packed, 69_999)).toThrow(TooLarge);
    for (let end = 0; end < packed.length - 8; end += 7)
      expect(() => unpackLz4(packed.subarray(0, end), 70_000)).toThrow();
    const nothing = Uint8Array.of(4, 34, 77, 24, 0x60, 0x40, 0x82, 4, 0, 0, 0, 0x10, 65, 2, 0, 0, 0, 0, 0);
    expect(() => unpackLz4(nothing, 100)).toThrow("isn't there");
  });
});
