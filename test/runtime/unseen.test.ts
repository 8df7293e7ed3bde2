import { describe, expect, it } from "vitest";
import type { DataColumns, Names } from "../../runtime/index.js";
import type { Column } from "../../runtime/data/table.js";
import { codeOf, unseenSamples } from "../../runtime/data/unseen.js";
import { requestedSamples } from "../../runtime/prediction/serve/request.js";

const columns: DataColumns = {
  modalities: { words: { columns: ["words"], shape: [3], vocabulary: 4 } },
  target: { name: "again", column: "again", classes: ["no", "yes"] },
};
const names: Names = { words: { words: ["", "good", "bad", "room"] } };

function read(vocabulary: string[]): Float32Array | undefined {
  const table = new Map<string, Column>([
    ["words", { kind: "numeric", shape: [3], values: [1, 2, 3, 0, 0, 1] }],
    ["words.vocabulary", { kind: "text", values: vocabulary }],
  ]);
  const { samples, labelled } = unseenSamples(
    { table: { source: "new.npz", columns: table }, firstRow: 0 },
    columns,
    { names },
  );
  expect(labelled).toBe(false);
  return samples.inputs.words;
}

describe("samples that a model never saw", () => {
  it("have the words of training", () => {
    expect(read(["", "good", "bad", "room"])).toEqual(Float32Array.of(1, 2, 3, 0, 0, 1));
    expect(() => read(["", "bad", "good", "room"])).toThrow(
      'Token 1 of `words` is "bad" in "words.vocabulary", and "good" in what the model learned from.',
    );
    expect(() => read(["", "good", "bad"])).toThrow('Token 3 of `words` is nothing in "words.vocabulary"');
  });

  it("may be asked by words or by tokens", () => {
    const ask = (words: unknown) => requestedSamples([{ words }], 0, columns, names).inputs.words;
    expect(ask(["good", "room", 0])).toEqual(Float32Array.of(1, 3, 0));
    expect(() => ask(["good", "view", 0])).toThrow('"view" is none of the 4 words that the model knows.');
    for (const wrong of [4, -1, 0.5, null, true, {}])
      expect(() => ask([0, 0, wrong])).toThrow("A token is a whole number from 0 to 3");
  });

  it("have categories by the names of training, and one slot for all others", () => {
    expect(["01", "A", "1", "", null, " A ", "toString"].map((name) => codeOf(name, ["01", "A"], 5))).toEqual(
      [0, 1, 5, NaN, NaN, 1, 5],
    );
    // Training read numbers: 1.0 is its 1.
    expect(["1.0", 1, "2", "x"].map((name) => codeOf(name, ["1", "2"], 3))).toEqual([0, 0, 1, 3]);
  });
});
