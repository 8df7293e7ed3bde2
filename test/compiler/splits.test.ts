import { describe, expect, it } from "vitest";
import { compile, format } from "../../compiler/index.js";
import { spec } from "../support/specs.js";

const feeds = 'from "x.csv"\n  left <- "l"\n  right <- "r"\n  label <- "y"';

/** What data.ts says of a split. */
async function emitted(split: string, train?: string): Promise<string> {
  const source = spec({ data: `${feeds}\n  split ${split}`, ...(train !== undefined && { train }) });
  const { files, diagnostics } = await compile(source, "test.mmspec");
  expect(diagnostics).toEqual([]);
  const text = files.find(({ path }) => path === "data.ts")?.text.replace(/\s+/g, " ") ?? "";
  return /split: \{ (.*?),? line: \d+,? \}/.exec(text)?.[1] ?? "";
}

describe("splits", () => {
  it("become plans", async () => {
    expect(await emitted('0.7 train, 0.3 test by group "patient" stratified seed 7')).toBe(
      'train: 0.7, test: 0.3, by: { kind: "group", column: "patient" }, stratified: true, seed: 7',
    );
    expect(await emitted('0.7 train, 0.3 test by time "date"')).toBe(
      'train: 0.7, test: 0.3, by: { kind: "time", column: "date" }, seed: 1',
    );
    expect(await emitted("fold 2 of 5, 0.1 validation seed 3")).toBe(
      "fold: { at: 2, of: 5 }, validation: 0.1, seed: 3",
    );
    expect(await emitted('from column "part"')).toBe('by: { kind: "column", column: "part" }, seed: 1');
  });

  it("by a column must name a validation part where learning stops by it", async () => {
    const train = "train { paradigm joint epochs 3 batch 32 stop after 1 epochs without improvement }";
    expect(await emitted('from column "part"', train)).toContain("validated: true");
  });

  it("leave their words to be names", async () => {
    const named = spec({
      data: 'from "x.csv"\n  split fold 1 of 2\n  by <- "a"\n  group <- "b"\n  label <- "y"',
    })
      .replaceAll(/\bleft\b/g, "by")
      .replaceAll(/\bright\b/g, "group");
    const { failed } = await compile(named, "test.mmspec");
    expect(failed).toBe(false);
    expect(format(format(named))).toBe(format(named));
  });
});
