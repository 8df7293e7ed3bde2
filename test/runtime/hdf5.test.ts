import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import h5wasm, { File } from "h5wasm";
import { DataError, readTable } from "../../runtime/data/index.js";
import { readHdf5 } from "../../runtime/data/hdf5.js";
import { TooLarge } from "../../runtime/data/limits.js";
import type { Column } from "../../runtime/data/table.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-hdf5-"));

/** A file that the library itself wrote. */
async function write(name: string, fill: (file: File) => void): Promise<string> {
  const { FS } = (await h5wasm.ready) as unknown as { FS: { readFile(path: string): Uint8Array } };
  const file = new File(name, "w");
  fill(file);
  file.close();
  writeFileSync(join(folder, name), FS.readFile(name));
  return name;
}

function plain(column: Column | undefined) {
  if (column?.kind !== "numeric") return column?.values;
  return { shape: column.shape, values: Array.from(column.values) };
}

async function reasonOf(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof DataError)) throw error ?? new Error("nothing is wrong");
  return error.problems.map(({ code, message }) => `${code} ${message}`).join();
}

describe("HDF5", () => {
  let name: string;
  beforeAll(async () => {
    name = await write("some.h5", (file) => {
      const data = Float64Array.from({ length: 3 * 1000 }, (_, i) => i / 2);
      file.create_dataset({ name: "x", data, shape: [3, 10, 100], chunks: [2, 10, 30], compression: "gzip" });
      file.create_dataset({ name: "__proto__", data: new Uint8Array([1, 2, 3]) });
      file.create_dataset({ name: "one", data: 5 });
      const group = file.create_group("eye");
      group.create_group("left").create_dataset({ name: "count", data: new BigInt64Array([1n, -2n, 3n]) });
      group.create_dataset({ name: "word", data: ["a", "bé", ""] });
      file.create_soft_link("/nothing", "broken");
      file.create_external_link("/etc/other.h5", "/x", "outside");
    });
  });

  it("has a column for each dataset, called by its path", async () => {
    const { columns } = await readTable(name, folder);
    expect([...columns.keys()].sort()).toEqual(["__proto__", "eye/left/count", "eye/word", "x"]);
    expect(plain(columns.get("x"))).toEqual({
      shape: [10, 100],
      values: Array.from({ length: 3000 }, (_, i) => i / 2),
    });
    expect(plain(columns.get("__proto__"))).toEqual({ shape: [], values: [1, 2, 3] });
    expect(plain(columns.get("eye/left/count"))).toEqual({ shape: [], values: [1, -2, 3] });
    expect(plain(columns.get("eye/word"))).toEqual(["a", "bé", null]);
  });

  it("is refused by what its header says, before anything is unpacked", async () => {
    const bomb = await write("bomb.h5", (file) => {
      const data = new Float32Array(4);
      file.create_dataset({
        name: "x",
        data,
        shape: [2, 2],
        maxshape: [null, null],
        chunks: [2, 2],
        compression: "gzip",
      });
      (file.get("x") as { resize(shape: number[]): number } | null)?.resize([1e6, 1e6]);
    });
    expect(await reasonOf(readTable(bomb, folder))).toContain(
      "MM4002 The file can't be read: unpacked it takes more than 2 GiB",
    );
    await expect(readHdf5(join(folder, name), 24_000)).rejects.toThrow(TooLarge);
  });

  it("that is cut off, or something else, is told of", async () => {
    const { readFileSync } = await import("node:fs");
    const whole = readFileSync(join(folder, name));
    writeFileSync(join(folder, "cut.h5"), whole.subarray(0, 700));
    expect(await reasonOf(readTable("cut.h5", folder))).toContain(
      "MM4002 The file can't be read: it is cut off",
    );
    writeFileSync(join(folder, "text.hdf5"), "a,b\n1,2\n");
    expect(await reasonOf(readTable("text.hdf5", folder))).toContain(
      "MM4002 The file can't be read: it is no HDF5",
    );
    // Bytes that are changed may make a file of other values, but never anything else than a table or a reason.
    for (let at = 0; at < whole.length; at += 97) {
      const changed = Uint8Array.from(whole);
      changed[at] = (changed[at] as number) ^ 0xff;
      writeFileSync(join(folder, "changed.h5"), changed);
      const found = await readTable("changed.h5", folder).catch((error: unknown) => error);
      expect(found instanceof DataError || "columns" in (found as object)).toBe(true);
    }
  });
});
