import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DataError, loadData, type DataPlan, type ModalityBinding } from "../../runtime/data/index.js";
import { readTable } from "../../runtime/data/read.js";
import { unseenSamples } from "../../runtime/data/unseen.js";
import { vocabularyOfWords, wordsOf } from "../../runtime/data/transforms/words.js";
import { packNpz } from "../../runtime/data/write-npz.js";
import { readTokenizers, writeTokenizers } from "../../runtime/session/tokenizers.js";
import { int16, png, wav } from "../support/media.js";
import { tokenizerJson } from "../support/tokenizer.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-encode-"));

const kinds = ["cat", "dog", "cat", "owl", "dog", "cat", "", "dog"];
const texts = [
  "The cat sat.",
  "a DOG, the dog!",
  "cat's cradle",
  "owl",
  "the dog",
  "the cat",
  "Größe 12",
  "dog dog",
];
writeFileSync(
  join(folder, "a.csv"),
  ["kind,text,y", ...kinds.map((kind, i) => `${kind},"${texts[i]}",${i % 2}`)].join("\n"),
);
writeFileSync(join(folder, "tokenizer.json"), tokenizerJson());

function plan(
  x: Partial<ModalityBinding> & Pick<ModalityBinding, "columns" | "shape">,
  from = "a.csv",
): DataPlan {
  return {
    from,
    modalities: { x },
    target: { name: "y", column: "y", classes: 2 },
    split: { train: 0.5, test: 0.5, stratified: true, seed: 3 },
  };
}

const load = (x: Parameters<typeof plan>[0], from?: string) => loadData(plan(x, from), folder);

/** What each row became, by its row in the file. */
function byRow({ train, test }: Awaited<ReturnType<typeof loadData>>): number[][] {
  const found: number[][] = [];
  for (const { size: count, index, inputs } of [train, test]) {
    const values = inputs.x as Float32Array;
    const width = values.length / count;
    index.forEach((row, i) => (found[row] = [...values.subarray(i * width, (i + 1) * width)]));
  }
  return found;
}

const oneHot: ModalityBinding = {
  columns: ["kind"],
  shape: [3],
  optional: true,
  transforms: [{ kind: "one_hot" }],
};

const words = (count: number, length = 4): ModalityBinding => ({
  columns: ["text"],
  shape: [length],
  vocabulary: count,
  transforms: [{ kind: "tokenised", words: count }],
});

const byFile: ModalityBinding = {
  columns: ["text"],
  shape: [6],
  vocabulary: 12,
  transforms: [{ kind: "tokenised", file: "tokenizer.json" }],
};

describe("one_hot", () => {
  it("numbers the names of the training split; what it never saw, or is missing, is 0 throughout", async () => {
    const splits = await load(oneHot);
    const names = [...new Set([...splits.train.index].map((row) => kinds[row] as string))]
      .filter((name) => name !== "")
      .sort();
    expect(splits.names).toEqual({ x: { kind: names } });
    expect(splits.train.shapes).toEqual({ x: [3] });
    byRow(splits).forEach((values, row) => {
      const at = names.indexOf(kinds[row] as string);
      expect(values).toEqual([0, 1, 2].map((i) => Number(i === at)));
    });
    expect(byRow(await loadData(plan(oneHot), folder, { x: { kind: ["owl"] } }))[3]).toEqual([1, 0, 0]);
  });

  it("takes whole numbers too, and refuses more names than there is room for", async () => {
    const numbers = await load({ columns: ["y"], shape: [2], transforms: [{ kind: "one_hot" }] });
    expect(byRow(numbers).map((values) => values.join(""))).toEqual(
      texts.map((_, i) => (i % 2 === 0 ? "10" : "01")),
    );
    const narrow = load({ ...oneHot, shape: [1] });
    await expect(narrow).rejects.toThrow(/MM4061.*different values in column "kind".*vector\(1\)/);
    await expect(load({ ...oneHot, optional: false })).rejects.toThrow(/MM4008.*row 6/);
    await expect(load({ ...oneHot, columns: ["kin"] })).rejects.toThrow("MM4005");
  });
});

describe("tokenised by words", () => {
  it("finds words in lower case, most frequent first", () => {
    expect(wordsOf("Don't STOP: Größe, 12 名前!")).toEqual(["don't", "stop", "größe", "12", "名前"]);
    expect(vocabularyOfWords(["b a b", "c a b"], 4)).toEqual(["", "<unknown>", "b", "a"]);
    expect(vocabularyOfWords(["b c a"], 9)).toEqual(["", "<unknown>", "a", "b", "c"]);
  });

  it("numbers those of the training split; others are unknown, what is short is filled, what is long is cut", async () => {
    const splits = await load(words(5));
    const trained = [...splits.train.index].map((row) => texts[row] as string);
    const vocabulary = vocabularyOfWords(trained, 5);
    expect(splits.names).toEqual({ x: { text: vocabulary } });
    byRow(splits).forEach((values, row) => {
      const known = wordsOf(texts[row] as string).map((word) => vocabulary.indexOf(word));
      const tokens = known.map((at) => (at < 0 ? 1 : at)).slice(0, 4);
      expect(values).toEqual([...tokens, 0, 0, 0, 0].slice(0, 4));
    });
    expect(byRow(await load(words(5, 1)))[1]).toHaveLength(1);
  });
});

describe("tokenised by a file", () => {
  it("does what the file says, and keeps it with its hash", async () => {
    const splits = await load(byFile);
    // [CLS] the cat sat [UNK] [SEP]; of what is too long the end stays.
    expect(byRow(splits)[0]).toEqual([1, 4, 5, 6, 3, 2]);
    expect(byRow(splits)[6]).toEqual([1, 3, 3, 2, 0, 0]);
    expect(byRow(await load({ ...byFile, shape: [4] }))[1]).toEqual([1, 3, 7, 2]);
    const kept = splits.tokenizers?.x;
    const text = tokenizerJson();
    const sha256 = createHash("sha256").update(text).digest("hex");
    expect(kept).toEqual({ file: "tokenizer.json", sha256, text });
    expect(splits.names?.x?.text?.slice(0, 5)).toEqual(["[PAD]", "[CLS]", "[SEP]", "[UNK]", "the"]);
  });

  it("is told of where it doesn't fit, is none, or isn't there", async () => {
    await expect(load({ ...byFile, vocabulary: 5 })).rejects.toThrow(
      /tokenizer.json error MM4064.*has 8 tokens/,
    );
    await expect(load({ ...byFile, fill: 3 })).rejects.toThrow(/MM4065.*token 0/);
    const other = (file: string) => load({ ...byFile, transforms: [{ kind: "tokenised", file }] });
    await expect(other("gone.json")).rejects.toThrow(/MM4063.*no such file/);
    await expect(other("a.csv")).rejects.toThrow("MM4063");
    writeFileSync(join(folder, "other.json"), "{}");
    await expect(other("other.json")).rejects.toThrow("MM4063");
  });

  it("is copied into a run, and is told of when it was changed there", async () => {
    const run = join(folder, "run");
    mkdirSync(run);
    const { tokenizers = {} } = await load(byFile);
    expect(await readTokenizers(run)).toBeUndefined();
    await writeTokenizers(run, tokenizers);
    expect(await readTokenizers(run)).toEqual(tokenizers);
    const path = join(run, "tokenizers", `${tokenizers.x?.sha256.slice(0, 16)}.json`);
    writeFileSync(path, "{}");
    await expect(readTokenizers(run)).rejects.toThrow("isn't what the run kept");
  });
});

describe("samples that a model never saw", () => {
  it("are coded as training's were", async () => {
    writeFileSync(join(folder, "b.csv"), "kind,text\nowl,the cat\nbear,12 dog");
    const table = await readTable("b.csv", folder);
    const { tokenizers: kept } = await load(byFile);
    const tokenizers = { f: kept?.x as never };
    const columns = {
      modalities: { x: { ...oneHot }, w: words(4), f: byFile },
      target: plan(oneHot).target,
    };
    const names = { x: { kind: ["cat", "owl"] }, w: { text: ["", "<unknown>", "dog", "cat"] } };
    const options = { names, statistics: undefined, tokenizers, folder };
    const { samples } = await unseenSamples({ table, firstRow: 100 }, columns, options);
    expect([...(samples.inputs.x as Float32Array)]).toEqual([0, 1, 0, 0, 0, 0]);
    expect([...(samples.inputs.w as Float32Array)]).toEqual([1, 3, 0, 0, 1, 2, 0, 0]);
    expect([...(samples.inputs.f as Float32Array)]).toEqual([1, 4, 5, 2, 0, 0, 1, 3, 7, 2, 0, 0]);
    const none = unseenSamples({ table, firstRow: 0 }, columns, { ...options, tokenizers: {} });
    await expect(none).rejects.toThrow("MM4063");
  });
});

describe("cropped to", () => {
  it("takes the middle of pictures and sounds, of arrays and of files", async () => {
    const ramp = Array.from({ length: 8 }, () => Array.from({ length: 12 }, (_, i) => i)).flat();
    writeFileSync(
      join(folder, "c.npz"),
      packNpz({
        pictures: { shape: [8, 3, 4], values: Float32Array.from(ramp) },
        sounds: { shape: [8, 12], values: Float32Array.from(ramp) },
        y: { shape: [8], values: Int32Array.from({ length: 8 }, (_, i) => i % 2) },
      }),
    );
    const cropped = { kind: "cropped", to: [1, 2] } as const;
    const picture = { columns: ["pictures"], shape: [1, 2, 1], transforms: [cropped] };
    expect(byRow(await load(picture, "c.npz"))[0]).toEqual([5, 6]);
    const sound: ModalityBinding = {
      columns: ["sounds"],
      shape: [5],
      rate: 5,
      transforms: [{ kind: "cropped", to: [5] }],
    };
    expect(byRow(await load(sound, "c.npz"))[0]).toEqual([3, 4, 5, 6, 7]);
    await expect(
      load({ ...picture, shape: [9, 2, 1], transforms: [{ ...cropped, to: [9, 2] }] }, "c.npz"),
    ).rejects.toThrow("MM4006");

    writeFileSync(join(folder, "p.png"), await png([...Array(12).keys()], 4, 1));
    writeFileSync(join(folder, "small.png"), await png([1, 2], 1, 1));
    writeFileSync(
      join(folder, "long.wav"),
      wav(int16(...[0, 1, 2, 3, 4, 5].map((i) => i * 4096)), { rate: 4 }),
    );
    const rows = (file: string) => texts.map((_, i) => `${file},${i % 2}`);
    writeFileSync(join(folder, "d.csv"), ["file,y", ...rows("p.png")].join("\n"));
    writeFileSync(join(folder, "e.csv"), ["file,y", ...rows("small.png")].join("\n"));
    writeFileSync(join(folder, "f.csv"), ["file,y", ...rows("long.wav")].join("\n"));
    const file = { columns: ["file"], shape: [1, 2, 1], transforms: [cropped] };
    expect(byRow(await load(file, "d.csv"))[0]).toEqual([5, 6]);
    await expect(load(file, "e.csv")).rejects.toThrow(/MM4060.*cropped to 1 x 2.*has 2 x 1 only/);
    const four: ModalityBinding = {
      columns: ["file"],
      shape: [4],
      rate: 4,
      transforms: [{ kind: "cropped", to: [4] }],
    };
    expect(byRow(await load(four, "f.csv"))[0]).toEqual([1, 2, 3, 4].map((i) => i / 8));
    await expect(load({ ...four, transforms: [] }, "f.csv")).rejects.toThrow(DataError);
  });

  it("comes before or after a change of size", async () => {
    const transforms = [
      { kind: "resized", to: [6, 8] },
      { kind: "cropped", to: [2, 2] },
    ] as const;
    const x = { columns: ["pictures"], shape: [2, 2, 1], transforms };
    const larger = byRow(await load(x, "c.npz"))[0] as number[];
    expect(larger.reduce((a, b) => a + b) / 4).toBeCloseTo(5.5, 5);
    const smaller = [
      { kind: "cropped", to: [3, 2] },
      { kind: "resized", to: [1, 1] },
    ] as const;
    const one = { columns: ["pictures"], shape: [1, 1, 1], transforms: smaller };
    expect(byRow(await load(one, "c.npz"))[0]?.[0]).toBeCloseTo(5.5, 5);
  });
});
