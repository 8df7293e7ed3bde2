import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadData, readTable, type DataPlan, type Splits } from "../../runtime/data/index.js";
import { unseenSamples } from "../../runtime/data/unseen.js";
import { problemsIn } from "../support/problems.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-texts-"));

function write(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

function plan(from: string, about: { optional?: true; column?: string } = {}): DataPlan {
  const { column = "note", ...rest } = about;
  return {
    from,
    modalities: {
      x: {
        columns: [column],
        files: true,
        shape: [4],
        vocabulary: 8,
        transforms: [{ kind: "tokenised", words: 8 }],
        ...rest,
      },
    },
    target: { name: "y", column: column === "file" ? "class" : "y", classes: ["cat", "dog"] },
    split: { train: 0.5, test: 0.5, stratified: true, seed: 3 },
  };
}

/** The words of each row of the data; of what it lacks, "missing". */
function wordsOf({ train, test, names }: Splits): string[] {
  const words = names?.x?.note ?? names?.x?.file ?? [];
  const found: string[] = [];
  for (const { index, inputs, present } of [train, test])
    index.forEach((row, i) => {
      const tokens = (inputs.x as Float32Array).subarray(4 * i, 4 * i + 4);
      const known = [...tokens].filter((token) => token > 0).map((token) => words[token] || "?");
      found[row] = present.x?.[i] === 0 ? "missing" : known.join(" ");
    });
  return found;
}

async function problemsOf(reading: Promise<unknown>): Promise<string[]> {
  return (await problemsIn(reading)).map(({ code, message }) => `${code} ${message}`);
}

for (const [name, text] of ["dog dog", "dog", "\uFEFFdog", "Größe dog"].entries())
  write(`notes/${name}.txt`, text);
const rows = ["0.txt,dog", "1.txt,cat", "2.txt,dog", "3.txt,cat"];
write("notes/list.csv", ["note,y", ...rows].join("\n"));

describe("texts in files of their own", () => {
  it("are read beside what names them, a mark of their byte order left out", async () => {
    const splits = await loadData(plan("notes/list.csv"), folder);
    expect(wordsOf(splits)).toEqual([
      "dog dog",
      "dog",
      "dog",
      expect.stringMatching(/^(größe|<unknown>) dog$/),
    ]);
  });

  it("come from a folder for each class", async () => {
    for (const [name, text] of Object.entries({ "cat/1": "a a", "cat/2": "a", "dog/1": "a b", "dog/2": "a" }))
      write(`kinds/${name}.txt`, text);
    const { columns } = await readTable("kinds/", folder);
    expect(columns.get("file")?.values).toEqual(["cat/1.txt", "cat/2.txt", "dog/1.txt", "dog/2.txt"]);
    const words = wordsOf(await loadData(plan("kinds/", { column: "file" }), folder));
    expect(words.map((text) => text[0])).toEqual(["a", "a", "a", "a"]);
  });

  it("are missing where none is named or there, of an optional modality alone", async () => {
    write("notes/gaps.csv", ["note,y", ...rows, ",cat", "gone.txt,dog"].join("\n"));
    const words = wordsOf(await loadData(plan("notes/gaps.csv", { optional: true }), folder));
    expect(words.slice(4)).toEqual(["missing", "missing"]);
    expect(await problemsOf(loadData(plan("notes/gaps.csv"), folder))).toEqual([
      expect.stringMatching(/^MM4050 There is no file "gone.txt", which row 5 names for `x`/),
      expect.stringMatching(/`x`.*row 4/),
    ]);
  });

  it("that aren't UTF-8, or lie outside of the data's folder, are named", async () => {
    write("notes/latin.txt", Uint8Array.of(0x47, 0x72, 0xf6));
    write("notes/bad.csv", ["note,y", ...rows, "latin.txt,cat", "../../x.txt,dog"].join("\n"));
    expect(await problemsOf(loadData(plan("notes/bad.csv"), folder))).toEqual([
      expect.stringMatching(/^MM4051 "latin.txt".*it isn't UTF-8/),
      expect.stringMatching(/^MM4052 "..\/..\/x.txt".*leaves the folder/),
    ]);
  });

  it("become the same tokens in a file to predict", async () => {
    const { names } = await loadData(plan("notes/list.csv"), folder);
    const columns = plan("notes/list.csv");
    const table = await readTable("notes/list.csv", folder);
    const { samples } = await unseenSamples({ table, firstRow: 0 }, columns, {
      names,
      statistics: undefined,
      folder,
    });
    const { train } = await loadData(plan("notes/list.csv"), folder);
    train.index.forEach((row, i) =>
      expect(samples.inputs.x?.slice(4 * row, 4 * row + 4)).toEqual(train.inputs.x?.slice(4 * i, 4 * i + 4)),
    );
  });
});
