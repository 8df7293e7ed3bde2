import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { zipSync } from "fflate";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterEach, describe, expect, it } from "vitest";
import { readPicture } from "../../runtime/data/media/picture.js";
import { readSound } from "../../runtime/data/media/sound.js";
import { checkHdf5Heaps } from "../../runtime/data/hdf5-heaps.js";
import { gunzip } from "../../runtime/data/limits.js";
import { DataError } from "../../runtime/data/problems.js";
import { readTable } from "../../runtime/data/read.js";
import { rowsOf, type Table } from "../../runtime/data/table.js";
import { unpackRun } from "../../sweep/queue/archive.js";
import { flipped } from "../support/faults/run-faults.js";
import { png, wav } from "../support/media.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-hostile-"));

/** What a reader makes of bytes: a table, or the code and message of what is wrong. */
async function read(name: string, bytes: Uint8Array | string): Promise<Table | string> {
  writeFileSync(join(folder, name), bytes);
  return readTable(name, folder).catch((error: unknown) => {
    if (!(error instanceof DataError)) throw error;
    return error.message;
  });
}

/** A NumPy array with any header. */
function npy(header: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = `${header.padEnd(117)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), length, Buffer.from(text), data]);
}

const shaped = (shape: string, data = new Uint8Array(8)) =>
  npy(`{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`, data);

function safetensors(header: unknown, body = new Uint8Array(16)): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, body]);
}

const untouched = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
afterEach(() => {
  expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(untouched);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

describe("data from strangers", () => {
  it.each([
    ["a shape that the bytes don't fill", shaped("(1000000000, 1000000000)")],
    ["a shape of nothing but zeros and giants", shaped("(9007199254740991, 0)", new Uint8Array())],
    ["a negative shape", shaped("(-2, -1)")],
    ["no shape", npy("{'descr': '<f4'}")],
    [
      "objects, which NumPy would unpickle",
      npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8)),
    ],
    ["a header that is code", npy("__import__('os').system('true')")],
    ["a header without an end", npy("{".repeat(200))],
    [
      "a length beyond the file",
      Buffer.concat([Buffer.from("\x93NUMPY\x02\x00\xff\xff\xff\xff", "latin1"), Buffer.alloc(4)]),
    ],
  ])("NumPy with %s is refused", async (_, bytes) => {
    expect(await read("a.npy", bytes)).toMatch(/MM4002/);
  });

  it.each([
    ["overlapping beyond the end", { a: { dtype: "F32", shape: [4], data_offsets: [8, 24] } }],
    ["negative places", { a: { dtype: "F32", shape: [4], data_offsets: [-16, 0] } }],
    ["huge places", { a: { dtype: "F32", shape: [4], data_offsets: [0, 2 ** 60] } }],
    ["a huge shape", { a: { dtype: "F32", shape: [2 ** 40, 2 ** 40], data_offsets: [0, 16] } }],
    ["a huge shape of nothing", { a: { dtype: "F32", shape: [2 ** 50, 0], data_offsets: [0, 0] } }],
    ["an unknown type", { a: { dtype: "constructor", shape: [4], data_offsets: [0, 16] } }],
    ["a list as its header", []],
    ["null as its header", null],
    ["deep nesting", "[".repeat(200_000)],
    ["no JSON", "{,}"],
  ])("safetensors with %s is refused", async (_, header) => {
    expect(await read("a.safetensors", safetensors(header))).toMatch(/MM4002/);
  });

  it("a safetensors header as long as no file is refused before it is read", async () => {
    expect(await read("a.safetensors", Buffer.from("ffffffffffffff7f7b7d", "hex"))).toMatch(/MM4002/);
  });

  it("names that JavaScript gives a meaning are columns like others", async () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    const line = `{${names.map((name, i) => `${JSON.stringify(name)}: ${i}`).join(", ")}}\n`;
    const body = new Uint8Array(4 * names.length);
    const entry = (i: number) => `{"dtype": "F32", "shape": [1], "data_offsets": [${4 * i}, ${4 * i + 4}]}`;
    const tables: (Table | string)[] = [
      await read("a.jsonl", line + line),
      await read("a.csv", `${names.join(",")}\n1,2,3,4\n`),
      await read(
        "a.safetensors",
        safetensors(`{${names.map((name, i) => `${JSON.stringify(name)}: ${entry(i)}`).join(",")}}`, body),
      ),
      await read(
        "a.parquet",
        new Uint8Array(parquetWriteBuffer({ columnData: names.map((name) => ({ name, data: [1, 2] })) })),
      ),
      await read("a.npz", zipSync(Object.fromEntries(names.map((name) => [`${name}.npy`, shaped("(2,)")])))),
    ];
    for (const table of tables) {
      if (typeof table === "string") throw new Error(table);
      expect([...table.columns.keys()].sort(), table.source).toEqual([...names].sort());
      for (const column of table.columns.values()) expect(rowsOf(column), table.source).toBeGreaterThan(0);
    }
    const polluting = '{"__proto__": {"polluted": 1}}\n';
    expect(await read("b.jsonl", polluting)).toMatch(/MM4002/);
  });

  it("what is nested without an end is refused", async () => {
    const deep = `{"a": ${"[".repeat(100_000)}1${"]".repeat(100_000)}}\n`;
    expect(await read("a.jsonl", deep)).toMatch(/MM4002/);
    expect(await read("a.jsonl", "[".repeat(1_000_000))).toMatch(/MM4002/);
  });

  it("archives that grow without an end are refused", async () => {
    // A gzip file may be several, one behind the other.
    const bomb = gzipSync(Buffer.alloc(2 ** 20));
    expect(() => gunzip(Buffer.concat([bomb, bomb, bomb]), 2 ** 21)).toThrow(/more than 2097152 bytes/);
    const zip = zipSync({ "a.npy": new Uint8Array(2 ** 16) }, { level: 9 });
    // Both headers say that it unpacks to almost 4 GiB.
    const lying = Buffer.from(zip);
    const size = Buffer.from([0, 0, 1, 0]);
    for (let at = lying.indexOf(size); at >= 0; at = lying.indexOf(size, at + 1))
      lying.writeUInt32LE(0xfffffff0, at);
    expect(await read("a.npz", lying)).toMatch(/more than 2 GiB/);
    // Or that it is smaller than it is: no more is unpacked than it says.
    const small = Buffer.from(zip);
    for (let at = small.indexOf(size); at >= 0; at = small.indexOf(size, at + 1)) small.writeUInt32LE(16, at);
    expect(await read("a.npz", small)).toMatch(/MM4002/);
  });

  it("Parquet whose groups of rows have other columns or rows than it tells of is refused", async () => {
    const columnData = ["first", "second"].map((name) => ({ name, data: [1, 2, 3] }));
    const bytes = Buffer.from(parquetWriteBuffer({ columnData }));
    const renamed = Buffer.from(bytes);
    renamed.write("third!", bytes.lastIndexOf("second"));
    // Nobody waits for the column that the file doesn't tell of: what is wrong with its bytes would end the process.
    renamed.fill(0xff, 4, 40);
    expect(await read("a.parquet", renamed)).toMatch(/MM4002[^]*other columns than the file/);
    const twice = Buffer.from(
      parquetWriteBuffer({ columnData: [...columnData, { name: "first", data: [1, 2, 3] }] }),
    );
    expect(await read("a.parquet", twice)).toMatch(/MM4002[^]*two of its columns have one name/);
  });

  it("HDF5 whose texts are kept in nothing ends", async () => {
    const heap = Buffer.alloc(4096);
    heap.write("GCOL\x01", "latin1");
    heap.writeBigUInt64LE(4096n, 8);
    heap.writeUInt16LE(1, 16);
    heap.writeBigUInt64LE(5n, 24);
    heap.writeBigUInt64LE(4096n - 40n, 48);
    expect(() => checkHdf5Heaps(Buffer.concat([Buffer.alloc(8), heap]))).not.toThrow();
    for (const size of [0n, 1n << 32n, 4096n, 0xfffffff8n]) {
      heap.writeBigUInt64LE(size, 48);
      expect(() => checkHdf5Heaps(Buffer.concat([Buffer.alloc(8), heap])), String(size)).toThrow(/damaged/);
    }
  });

  it("an archive's names are names of columns, and of no files", async () => {
    const table = await read(
      "a.npz",
      zipSync({ "../../evil.npy": shaped("(2,)"), "/etc/passwd.npy": shaped("(2,)") }),
    );
    if (typeof table === "string") throw new Error(table);
    expect([...table.columns.keys()]).toEqual(["../../evil", "/etc/passwd"]);
  });

  it.each(["../out.txt", "/tmp/out.txt", "a/../../out.txt", "..\\out.txt", "C:\\out.txt"])(
    "a stored run with a file %s isn't unpacked",
    async (name) => {
      const inner = join(folder, "unpacked");
      mkdirSync(inner, { recursive: true });
      await expect(unpackRun(zipSync({ [name]: new Uint8Array(3) }), inner)).rejects.toThrow(
        /leaves its folder/,
      );
    },
  );

  it("a link doesn't lead out of the folder of the data", async () => {
    const outside = mkdtempSync(join(tmpdir(), "mmspec-outside-"));
    writeFileSync(join(outside, "secret.csv"), "a,b\n1,2\n");
    writeFileSync(join(outside, "a.npy"), shaped("(2,)"));
    const data = mkdtempSync(join(tmpdir(), "mmspec-linked-"));
    symlinkSync(join(outside, "secret.csv"), join(data, "file.csv"));
    symlinkSync(outside, join(data, "folder"));
    mkdirSync(join(data, "arrays"));
    symlinkSync(join(outside, "a.npy"), join(data, "arrays", "a.npy"));
    symlinkSync(outside, join(data, "arrays", "more"));
    for (const path of ["file.csv", "folder/secret.csv", "folder/", "arrays/"])
      await expect(readTable(path, data), path).rejects.toThrow(/MM4004|neither a folder/);
    // One that stays inside is followed, and so is the folder of the data itself.
    writeFileSync(join(data, "own.csv"), "a\n1\n");
    symlinkSync("own.csv", join(data, "same.csv"));
    expect((await readTable("same.csv", data)).columns.size).toBe(1);
    symlinkSync(data, join(outside, "data"));
    expect((await readTable("own.csv", join(outside, "data"))).columns.size).toBe(1);
  });

  it("a picture that says that it is enormous is refused before it is decoded", async () => {
    const picture = Buffer.from(await png([0, 0, 0, 0], 2, 1));
    picture.writeUInt32BE(1_000_000, 16);
    picture.writeUInt32BE(1_000_000, 20);
    await expect(readPicture(picture, 1)).rejects.toThrow(/limit|corrupt|CRC|crc/i);
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    );
    await expect(readPicture(svg, 3)).rejects.toThrow(/neither PNG, JPEG nor WebP|unsupported|buffer/i);
  });

  it("a sound whose sizes lie is refused, and takes no memory", async () => {
    const sound = Buffer.from(wav(new Uint8Array(8)));
    for (const size of [0x7fffffff, 0xfffffffe]) {
      sound.writeUInt32LE(size, 40);
      await expect(readSound(sound)).rejects.toThrow(/cut off/);
    }
    await expect(readSound(wav(new Uint8Array(8), { channels: 0 }))).rejects.toThrow();
    await expect(readSound(wav(new Uint8Array(8), { bits: 12 }))).rejects.toThrow(/packed/);
  });

  const numbers = Array.from({ length: 60 }, (_, i) => i / 7);
  const files: Record<string, () => Uint8Array> = {
    "a.parquet": () =>
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: "a", data: numbers },
            { name: "b", data: numbers.map(String) },
          ],
        }),
      ),
    "a.npy": () => shaped("(60,)", new Uint8Array(Float32Array.from(numbers).buffer)),
    "a.npz": () => zipSync({ "a.npy": shaped("(60,)", new Uint8Array(240)) }),
    "a.safetensors": () => safetensors({ a: { dtype: "F32", shape: [4], data_offsets: [0, 16] } }),
    "a.csv.gz": () => gzipSync("a,b\n1,2\n3,4\n"),
    "a.jsonl": () => Buffer.from('{"a": [1, 2]}\n{"a": [3, 4]}\n'),
  };

  it.each(Object.keys(files))(
    "%s with any bytes changed is read or refused, and nothing else happens",
    async (name) => {
      const bytes = Buffer.from((files[name] as () => Uint8Array)());
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
          fc.nat(bytes.length),
          async (changes, cut) => {
            const damaged = Buffer.from(changes.length % 2 === 0 ? bytes : bytes.subarray(0, cut));
            for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
            const found = await read(name, damaged);
            if (typeof found === "string") expect(found).toMatch(/MM4\d{3}/);
          },
        ),
        { numRuns: 60 },
      );
      for (let part = 0; part < 1; part += 1 / 20) await read(name, flipped(bytes, part));
    },
  );
});
