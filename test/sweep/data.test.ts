import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { zipSync } from "fflate";
import { dataFiles } from "../../sweep/data-files.js";
import { packRun, unpackRun } from "../../sweep/queue/archive.js";
import { DataStore } from "../../sweep/queue/data.js";
import { isPlainName } from "../../sweep/queue/messages.js";

const fresh = () => mkdtempSync(join(tmpdir(), "mmspec-data-"));
const file = (path: string, text: string) => ({
  path,
  sha256: createHash("sha256").update(text).digest("hex"),
  bytes: Buffer.byteLength(text),
});

let asked = 0;
const served: Record<string, string> = {
  "/set/data/a%20b.npz": "right",
  "/set/data/c.npz": "wrong",
  "/set/data/d.npz": "longer than told",
};
const server = createServer((request, response) => {
  asked++;
  const text = served[request.url ?? ""];
  response.writeHead(text === undefined ? 404 : 200).end(text);
}).listen(0, "127.0.0.1");
await new Promise((done) => server.once("listening", done));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/set`;
afterAll(() => server.close());

describe("the files that variants read", () => {
  it("are each of those that a path with * names", async () => {
    const folder = fresh();
    mkdirSync(join(folder, "parts"));
    for (const name of ["b.csv", "a.csv", "c.tsv"]) writeFileSync(join(folder, "parts", name), name);
    expect(await dataFiles(folder, [{ path: "parts/*.csv", kind: "data" }])).toEqual([
      file("parts/a.csv", "a.csv"),
      file("parts/b.csv", "b.csv"),
    ]);
  });
});

describe("DataStore", () => {
  it("fetches a file once, and verifies it", async () => {
    const cache = fresh();
    const wanted = [file("data/a b.npz", "right")];
    const folder = await new DataStore(undefined, cache).provide(wanted, url);
    expect(readFileSync(join(folder, "data", "a b.npz"), "utf8")).toBe("right");
    const before = asked;
    expect(await new DataStore(undefined, cache).provide(wanted, url)).toBe(folder);
    expect(asked).toBe(before);
    writeFileSync(join(folder, "data", "a b.npz"), "wrong");
    await expect(new DataStore(undefined, cache).provide(wanted, url)).rejects.toThrow(
      "its content isn't that which the sweep was begun with",
    );
  });

  it("refuses another content, more than was told, a file that isn't there, and paths that leave the folder", async () => {
    const from = (path: string, text: string) =>
      new DataStore(undefined, fresh()).provide([file(path, text)], url);
    await expect(from("data/c.npz", "right")).rejects.toThrow("its content isn't that");
    await expect(from("data/d.npz", "short")).rejects.toThrow(
      "there is more than the 5 bytes that the sweep knows",
    );
    await expect(from("data/e.npz", "right")).rejects.toThrow("it can't be fetched: the server answers 404");
    for (const path of ["../a.npz", "/etc/passwd", "data/../../a.npz", "..\\a.npz"])
      await expect(from(path, "right")).rejects.toThrow("leaves the data's folder");
    await expect(new DataStore(undefined, fresh()).provide([file("a", "a")], undefined)).rejects.toThrow(
      "--data DIR",
    );
  });

  it("looks at a folder of this machine's own", async () => {
    const folder = fresh();
    mkdirSync(join(folder, "data"));
    const store = new DataStore(folder, fresh());
    await expect(store.provide([file("data/a.npz", "right")], url)).rejects.toThrow("there is no such file");
    writeFileSync(join(folder, "data", "a.npz"), "right");
    expect(await store.provide([file("data/a.npz", "right")], url)).toBe(folder);
    writeFileSync(join(folder, "data", "a.npz"), "other!");
    await expect(store.provide([file("data/a.npz", "right")], url)).rejects.toThrow("its content isn't that");
  });
});

describe("a run's archive", () => {
  it("has all files but those that are half-written, and brings them back", async () => {
    const [from, to] = [fresh(), fresh()];
    mkdirSync(join(from, "tensorboard"));
    const files = {
      "run.json": "{}",
      "tensorboard/events": "\0\u0001",
      "weights.bin.0123456789ab.tmp": "half",
      "trainer.pid": "1",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(from, name), text);
    await unpackRun(await packRun(from), to);
    expect(readFileSync(join(to, "run.json"), "utf8")).toBe("{}");
    expect(readFileSync(join(to, "tensorboard", "events"), "utf8")).toBe("\0\u0001");
    expect(existsSync(join(to, "trainer.pid"))).toBe(false);
    expect(existsSync(join(to, "weights.bin.0123456789ab.tmp"))).toBe(false);
  });

  it("can't write outside of its folder", async () => {
    for (const name of ["../x", "/x", "a/../../x", "..\\x", "c:/x"])
      await expect(unpackRun(zipSync({ [name]: new Uint8Array(1) }), fresh())).rejects.toThrow(
        "leaves its folder",
      );
  });
});

describe("names that come over the queue", () => {
  it("are one part of a path", () => {
    for (const name of ["dense16-adam1e_2.seed3", "größe-8"]) expect(isPlainName(name)).toBe(true);
    for (const name of ["", ".", "..", "../x", "a/b", "a\\b", "\0", "x".repeat(300), undefined, 3])
      expect(isPlainName(name)).toBe(false);
  });
});
