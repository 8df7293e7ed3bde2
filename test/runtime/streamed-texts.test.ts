import { closeSync, mkdtempSync, openSync, readdirSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { loadData, Random, type DataPlan, type ModalityBinding } from "../../runtime/data/index.js";
import { hearOfData } from "../../runtime/data/streamed/say.js";
import { Tally, type Counted } from "../../runtime/data/streamed/tally.js";
import { packNpz } from "../../runtime/data/write-npz.js";
import { allBatches, expectSame, problemsOf } from "../support/streamed.js";
import { tokenizerJson } from "../support/tokenizer.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-streamed-texts-"));
writeFileSync(join(folder, "tokenizer.json"), tokenizerJson());

afterEach(() => hearOfData(() => undefined));

const known = "the cat sat on a mat and größe was 12 or cat's dog owl".split(" ");

/** Rows of a number, a text, a name, a number that is a name, and a class. */
function table(rows: number): Record<string, string | number>[] {
  const random = new Random(4);
  const word = () =>
    random.uniform() < 0.2 ? `w${random.integer(3000)}` : (known[random.integer(known.length)] as string);
  return Array.from({ length: rows }, () => ({
    a: +random.normal().toFixed(4),
    text: random.uniform() < 0.05 ? "" : Array.from({ length: random.integer(12) + 1 }, word).join(" "),
    kind: random.uniform() < 0.05 ? "" : `k${random.integer(9)}`,
    level: ["01", "1", "2.0", "10", "-3"][random.integer(5)] as string,
    y: ["no", "yes"][random.integer(2)] as string,
  }));
}

function csv(rows: readonly Record<string, string | number>[]): string {
  const names = Object.keys(rows[0] ?? {});
  return [names.join(","), ...rows.map((row) => names.map((name) => row[name]).join(","))].join("\n");
}

function plan(
  from: string,
  parts: Partial<DataPlan> = {},
  more: Record<string, ModalityBinding> = {},
): DataPlan {
  return {
    from,
    modalities: {
      words: {
        columns: ["text"],
        shape: [8],
        vocabulary: 200,
        optional: true,
        transforms: [{ kind: "tokenised", words: 150 }],
      },
      pieces: {
        columns: ["text"],
        shape: [6],
        vocabulary: 12,
        optional: true,
        transforms: [{ kind: "tokenised", file: "tokenizer.json" }],
      },
      kind: {
        columns: ["kind"],
        shape: [9],
        optional: true,
        transforms: [{ kind: "one_hot" }, { kind: "scaled", by: 2 }],
      },
      a: { columns: ["a"], shape: [1], transforms: [{ kind: "standardised" }] },
      level: { columns: ["level"], shape: [5], transforms: [{ kind: "one_hot" }, { kind: "standardised" }] },
      ...more,
    },
    target: { name: "y", column: "y", classes: ["no", "yes"] },
    split: {
      train: 0.5,
      validation: 0.1,
      test: 0.4,
      seed: 5,
      missing: [{ modality: "kind", share: 0.4, part: "train", seed: 2 }],
    },
    ...parts,
  };
}

const streamed = (
  given: DataPlan,
  ...kept: [Parameters<typeof loadData>[2]?, Parameters<typeof loadData>[3]?, Parameters<typeof loadData>[4]?]
) => loadData({ ...given, streamed: { within: 6 * 2 ** 20 } }, folder, ...kept);

describe("names and texts that are streamed", () => {
  it("become what they become in memory, by the names and words of the training part", async () => {
    const rows = table(6000);
    writeFileSync(join(folder, "t.csv"), csv(rows));
    writeFileSync(join(folder, "t.jsonl.gz"), gzipSync(rows.map((row) => JSON.stringify(row)).join("\n")));
    for (const [i, from] of [0, 2500].entries())
      writeFileSync(join(folder, `cut-${i}.csv`), csv(rows.slice(from, i === 0 ? 2500 : 6000)));
    for (const from of ["t.csv", "t.jsonl.gz", "cut-*.csv"])
      await expectSame(await loadData(plan(from), folder), await streamed(plan(from)));
    // Another part is learned from: other words, of the same blocks.
    const other = plan("t.csv", { split: { fold: { at: 2, of: 4 }, validation: 0.1, seed: 2 } });
    const heard: string[] = [];
    hearOfData((line) => heard.push(line));
    const memory = await loadData(other, folder);
    await expectSame(memory, await streamed(other));
    expect(heard).toEqual([expect.stringContaining("made before")]);
    expect(memory.names?.words).not.toEqual((await loadData(plan("t.csv"), folder)).names?.words);
    // What a run kept.
    const kept = [memory.names, memory.statistics, memory.tokenizers] as const;
    await expectSame(await loadData(plan("t.csv"), folder, ...kept), await streamed(plan("t.csv"), ...kept));
  });

  it("of arrays are texts where the file says so", async () => {
    const rows = table(2000);
    const text = (name: string) => ({ shape: [2000], values: rows.map((row) => String(row[name])) });
    writeFileSync(
      join(folder, "t.npz"),
      packNpz({
        a: { shape: [2000], values: Float32Array.from(rows, ({ a }) => a as number) },
        text: text("text"),
        kind: text("kind"),
        level: text("level"),
        y: text("y"),
      }),
    );
    const memory = await loadData(plan("t.npz"), folder);
    expect(memory.names?.level).toEqual({ level: ["-3", "01", "1", "10", "2.0"] });
    await expectSame(memory, await streamed(plan("t.npz")));
  });

  it("may be files, which are read anew where one has changed", async () => {
    const rows = table(1500).map((row, i) => ({ ...row, file: i % 50 === 7 ? "" : `note-${i % 40}.txt` }));
    for (let i = 0; i < 40; i++)
      writeFileSync(join(folder, `note-${i}.txt`), i === 5 ? "12" : `word${i} the cat`);
    writeFileSync(join(folder, "files.csv"), csv(rows));
    const given = plan(
      "files.csv",
      {},
      {
        note: {
          columns: ["file"],
          files: true,
          shape: [4],
          vocabulary: 60,
          optional: true,
          transforms: [{ kind: "tokenised", words: 60 }],
        },
      },
    );
    const memory = await loadData(given, folder);
    expect(memory.names?.note?.file).toContain("word3");
    expect(memory.names?.note?.file).toContain("12");
    await expectSame(memory, await streamed(given));
    writeFileSync(join(folder, "note-3.txt"), "another one");
    const heard: string[] = [];
    hearOfData((line) => heard.push(line));
    await expectSame(await loadData(given, folder), await streamed(given));
    expect(heard).not.toEqual([expect.stringContaining("made before")]);
  });

  it("are refused for the same reasons", async () => {
    const rows = table(3000);
    writeFileSync(
      join(folder, "bad.csv"),
      csv(rows.map((row, i) => ({ ...row, level: i === 2900 ? "" : (row.level as string) }))),
    );
    const narrow = plan(
      "bad.csv",
      {},
      {
        kind: { columns: ["kind"], shape: [4], optional: true, transforms: [{ kind: "one_hot" }] },
        level: { columns: ["level"], shape: [4], optional: true, transforms: [{ kind: "one_hot" }] },
      },
    );
    for (const given of [
      plan("bad.csv"),
      narrow,
      plan("t.csv", {}, { a: { columns: ["b"], shape: [3], transforms: [{ kind: "one_hot" }] } }),
      plan(
        "bad.csv",
        {},
        {
          level: {
            columns: ["text"],
            shape: [3],
            vocabulary: 9,
            optional: true,
            transforms: [{ kind: "tokenised", file: "none.json" }],
          },
        },
      ),
    ]) {
      const found = await problemsOf(loadData(given, folder));
      expect(found).not.toEqual([]);
      expect(await problemsOf(streamed(given))).toEqual(found);
    }
    writeFileSync(
      join(folder, "na.csv"),
      csv(rows.map((row, i) => ({ ...row, level: i === 2900 ? "NA" : (row.level as string) }))),
    );
    expect(await problemsOf(streamed(plan("na.csv")))).toEqual([expect.stringContaining("MM4098")]);
  });

  it("are made anew where what is kept is damaged", async () => {
    writeFileSync(join(folder, "d.csv"), csv(table(5000)));
    const memory = await loadData(plan("d.csv"), folder);
    const stream = await streamed(plan("d.csv"));
    const cache = join(folder, ".mmspec", "cache");
    const own = join(cache, readdirSync(cache).find((name) => name.startsWith("d.csv")) ?? "");
    const heard: string[] = [];
    hearOfData((line) => heard.push(line));
    const damage = (name: string) => {
      const file = openSync(join(own, name), "r+");
      writeSync(file, "damaged", 77);
      closeSync(file);
    };
    const coded = readdirSync(own).find((name) => /^coded-.*\.bin$/.test(name)) ?? "";
    damage(coded);
    expect(await allBatches(stream.test, 50)).toEqual(await allBatches(memory.test, 50));
    expect(heard.splice(0)).toEqual([expect.stringContaining("is damaged; it is made anew")]);
    expect(readdirSync(own).filter((name) => /tmp|words-/.test(name))).toEqual([]);
    damage("cells.json");
    const other = plan("d.csv", { split: { train: 0.3, validation: 0.2, test: 0.5, seed: 7 } });
    await expectSame(await loadData(other, folder), await streamed(other));
    expect(heard).toEqual([
      expect.stringContaining("made before"),
      expect.stringContaining("cells.json is damaged; it is made anew"),
      expect.stringContaining("made, to be used again"),
    ]);
  });
});

describe("Tally", () => {
  it("counts more words than fit into memory", async () => {
    const random = new Random(8);
    const strange = ["\u2028", "a\n", "\ud800", "ß", '"'];
    const words = Array.from({ length: 40_000 }, () =>
      random.uniform() < 0.1 ? (strange[random.integer(5)] as string) : `w${random.integer(9000)}`,
    );
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    const tally = new Tally(folder, 20_000);
    for (let at = 0; at < words.length; at += 300) {
      tally.add(words.slice(at, at + 300));
      await tally.settle();
    }
    const found: Counted[] = [];
    for await (const word of tally.all()) found.push(word);
    await tally.end();
    expect(found).toEqual([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
    expect(readdirSync(folder).filter((name) => name.startsWith("words-"))).toEqual([]);
  });
});
