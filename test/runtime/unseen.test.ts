import { describe, expect, it } from "vitest";
import type { DataColumns, Names } from "../../runtime/index.js";
import type { ModalityBinding } from "../../runtime/data/load.js";
import type { Column } from "../../runtime/data/table.js";
import { invert } from "../../runtime/data/transforms/invert.js";
import { codeOf } from "../../runtime/data/category-codes.js";
import { unseenSamples } from "../../runtime/data/unseen.js";
import { requestedSamples } from "../../runtime/prediction/serve/request.js";

const columns: DataColumns = {
  modalities: { words: { columns: ["words"], shape: [3], vocabulary: 4 } },
  target: { name: "again", column: "again", classes: ["no", "yes"] },
};
const names: Names = { words: { words: ["", "good", "bad", "room"] } };

async function read(vocabulary: string[]): Promise<Float32Array | undefined> {
  const table = new Map<string, Column>([
    ["words", { kind: "numeric", shape: [3], values: [1, 2, 3, 0, 0, 1] }],
    ["words.vocabulary", { kind: "text", values: vocabulary }],
  ]);
  const { samples, labelled } = await unseenSamples(
    { table: { source: "new.npz", columns: table }, firstRow: 0 },
    columns,
    { names, statistics: undefined, folder: "." },
  );
  expect(labelled).toBe(false);
  return samples.inputs.words;
}

describe("samples that a model never saw", () => {
  it("have the words of training", async () => {
    expect(await read(["", "good", "bad", "room"])).toEqual(Float32Array.of(1, 2, 3, 0, 0, 1));
    await expect(read(["", "bad", "good", "room"])).rejects.toThrow(
      'Token 1 of `words` is "bad" in "words.vocabulary", and "good" in what the model learned from.',
    );
    await expect(read(["", "good", "bad"])).rejects.toThrow(
      'Token 3 of `words` is nothing in "words.vocabulary"',
    );
  });

  it("may be asked by words or by tokens", () => {
    const ask = (words: unknown) =>
      requestedSamples([{ words }], 0, columns, { names, statistics: undefined }).inputs.words;
    expect(ask(["good", "room", 0])).toEqual(Float32Array.of(1, 3, 0));
    expect(() => ask(["good", "view", 0])).toThrow('"view" is none of the 4 words that the model knows.');
    for (const wrong of [4, -1, 0.5, null, true, {}])
      expect(() => ask([0, 0, wrong])).toThrow("A token is a whole number from 0 to 3");
  });

  it("are transformed as those of training were, and told as the data had them", async () => {
    const { target } = columns;
    const sizes: ModalityBinding = {
      columns: ["size"],
      shape: [2],
      transforms: [{ kind: "scaled", by: 0.5 }, { kind: "log" }, { kind: "standardised" }],
    };
    const statistics = { size: { mean: [1, 0], deviation: [2, 0.5] } };
    const wanted = [0, 2, 6, 8].map((value, j) => {
      const { mean, deviation } = statistics.size;
      return (Math.log1p(0.5 * value) - (mean[j % 2] as number)) / (deviation[j % 2] as number);
    });
    const table = new Map<string, Column>([["size", { kind: "numeric", shape: [2], values: [0, 2, 6, 8] }]]);
    const { samples } = await unseenSamples(
      { table: { source: "new.csv", columns: table }, firstRow: 0 },
      { modalities: { size: sizes }, target },
      { names: undefined, statistics, folder: "." },
    );
    const asked = requestedSamples(
      [{ size: [0, 2] }, { size: [6, 8] }],
      0,
      { modalities: { size: sizes }, target },
      {
        names: undefined,
        statistics,
      },
    );
    wanted.forEach((value, j) => {
      expect(samples.inputs.size?.[j]).toBeCloseTo(value, 6);
      expect(asked.inputs.size?.[j]).toBeCloseTo(value, 6);
      const told = invert(samples.inputs.size?.[j] as number, j % 2, sizes, statistics.size);
      expect(told).toBeCloseTo([0, 2, 6, 8][j] as number, 5);
    });
    expect(() =>
      requestedSamples(
        [{ size: [-9, 2] }],
        0,
        { modalities: { size: sizes }, target },
        { names, statistics },
      ),
    ).toThrow("`log`");
  });

  it("have categories by the names of training, and one slot for all others", () => {
    expect(["01", "A", "1", "", null, " A ", "toString"].map((name) => codeOf(name, ["01", "A"], 5))).toEqual(
      [0, 1, 5, NaN, NaN, 1, 5],
    );
    // Training read numbers: 1.0 is its 1.
    expect(["1.0", 1, "2", "x"].map((name) => codeOf(name, ["1", "2"], 3))).toEqual([0, 0, 1, 3]);
  });
});
