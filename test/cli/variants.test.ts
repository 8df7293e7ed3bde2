import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse as parseCsv } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { analyse, compile, explain, format } from "../../compiler/index.js";
import { mmspec as mmspecIn } from "../support/cli.js";
import { block, spec } from "../support/specs.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-variants-"));
const mmspec = (...args: string[]) => mmspecIn(folder, ...args);

function write(name: string, lines: string): string {
  const text = `${spec({ fusion: block })}\nvariants of Test {\n${lines}\n}\n`;
  writeFileSync(join(folder, name), text);
  return name;
}

interface Listed {
  index: string;
  name: string;
  choices: Record<string, string>;
  parameters: number;
  flops: number;
  memory: number;
  spec: string;
}

interface Listing {
  size: string;
  complete: boolean;
  more: number;
  variants: Listed[];
  excluded: { name: string; reason: string }[];
  duplicates: { name: string; of: string }[];
  invalid: { name: string; diagnostics: { code: string }[] }[];
}

const nine = `vary train.paradigm in [joint, ensemble]
  vary Left.mlp.units in [8, 16]
  vary fusion.synergistic in [concat, bilinear(rank: 4), cross_attention(heads: 5)]
  where not (train.paradigm = joint and Left.mlp.units = 8)`;

describe("mmspec variants", () => {
  it("shows variants, and what became of the other combinations", () => {
    const { code, out, err } = mmspec("variants", write("nine.mmspec", nine));
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(out).toContain("joint-mlp16-bilinear4");
    expect(out).toContain(
      "Test: 12 combinations: 4 variants, 3 excluded by `where`, 2 the same model as one before, 3 invalid.",
    );
    expect(out).toContain("MM3020: `cross_attention` can't share out 32 features over 5 heads. (joint-mlp16");
    const json = JSON.parse(mmspec("variants", "nine.mmspec", "--json").out) as Listing;
    expect(json).toMatchObject({ size: "12", complete: true, more: 0 });
    expect(json.variants.map(({ name }) => name)).toEqual([
      "joint-mlp16-concat",
      "joint-mlp16-bilinear4",
      "ensemble-mlp8-concat",
      "ensemble-mlp16-concat",
    ]);
    expect(json.excluded.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 3 }, () => "not not (train.paradigm = joint and Left.mlp.units = 8)"),
    );
    expect(json.duplicates.map(({ name, of }) => [name, of])).toEqual([
      ["ensemble-mlp8-bilinear4", "6"],
      ["ensemble-mlp16-bilinear4", "9"],
    ]);
    expect(json.invalid.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code))).toEqual(
      Array.from({ length: 3 }, () => "MM3020"),
    );
  });

  it("writes each variant as a spec and the TypeScript of it, with an index", async () => {
    const { code, err } = mmspec("variants", write("written.mmspec", nine), "-o", "out");
    expect(err).toBe("");
    expect(code).toBe(0);
    const out = join(folder, "out");
    const index = JSON.parse(readFileSync(join(out, "index.json"), "utf8")) as Listing;
    const names = index.variants.map(({ name }) => name);
    expect(readdirSync(out).sort()).toEqual([...names, "index.csv", "index.json", "index.md"].sort());
    for (const { name, spec: path, parameters, flops, memory, choices } of index.variants) {
      const text = readFileSync(join(out, path), "utf8");
      expect(format(text)).toBe(text);
      const { models, failed } = analyse(text);
      expect(failed).toBe(false);
      const [model] = models;
      if (model === undefined) throw new Error("no model");
      expect(explain(model)).toMatchObject({ parameters, flops, memoryPerBatch: memory });
      expect(choices["train.paradigm"]).toBe(model.training.paradigm.kind);
      const { files } = await compile(text, `${name}.mmspec`);
      expect(readdirSync(join(out, name)).sort()).toEqual(files.map((file) => file.path).sort());
      for (const file of files) expect(readFileSync(join(out, name, file.path), "utf8")).toBe(file.text);
    }
    const csv = parseCsv(readFileSync(join(out, "index.csv"), "utf8"), { columns: true });
    expect(csv).toEqual(
      index.variants.map(({ index, name, choices, parameters, flops, memory }) => ({
        index,
        name,
        ...choices,
        parameters: String(parameters),
        flops: String(flops),
        memory: String(memory),
      })),
    );
    expect(readFileSync(join(out, "index.md"), "utf8").trim().split("\n")).toHaveLength(2 + names.length);
  }, 60_000);

  it("writes a variant anew, and leaves alone what is none", () => {
    write("again.mmspec", "vary train.batch in [16, 32]");
    expect(mmspec("variants", "again.mmspec", "-o", "again").code).toBe(0);
    const model = join(folder, "again", "batch16", "model.ts");
    const text = readFileSync(model, "utf8");
    writeFileSync(model, "// changed");
    expect(mmspec("variants", "again.mmspec", "-o", "again").code).toBe(0);
    expect(readFileSync(model, "utf8")).toBe(text);

    mkdirSync(join(folder, "taken", "batch32"), { recursive: true });
    writeFileSync(join(folder, "taken", "batch32", "thesis.txt"), "mine");
    const refused = mmspec("variants", "again.mmspec", "-o", "taken");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("batch32 is there already, and no variant: move it away.");
    expect(readFileSync(join(folder, "taken", "batch32", "thesis.txt"), "utf8")).toBe("mine");
    expect(readdirSync(join(folder, "taken")).sort()).toEqual(["batch16", "batch32"]);
  }, 60_000);

  it("of a space of 10^12 shows the first, random ones and any", () => {
    const huge = `vary train.seed in [0..999999]
      vary train.batch in [1..1000]
      vary train.epochs in [1..1000]`;
    write("huge.mmspec", huge);
    const list = (...args: string[]) => {
      const { out, err } = mmspec("variants", "huge.mmspec", "--json", ...args);
      expect(err).toBe("");
      return JSON.parse(out) as Listing;
    };
    const first = list("--list", "1");
    expect(first.size).toBe("1000000000000");
    expect(first.variants[0]?.choices).toEqual({
      "train.seed": "0",
      "train.batch": "1",
      "train.epochs": "1",
    });
    const random = list("--random", "3", "--seed", "7").variants.map(({ index }) => index);
    expect(new Set(random).size).toBe(3);
    expect(list("--random", "3", "--seed", "7").variants.map(({ index }) => index)).toEqual(random);
    const last = list("--at", "999999999999").variants;
    expect(last.map(({ choices }) => choices)).toEqual([
      { "train.seed": "999999", "train.batch": "1000", "train.epochs": "1000" },
    ]);
    expect(mmspec("variants", "huge.mmspec", "--at", "5").out).toContain("    epochs 6\n");
    const whole = mmspec("variants", "huge.mmspec", "-o", "huge");
    expect(whole.code).toBe(2);
    expect(whole.err).toContain("The space has 1 000 000 000 000 combinations: say how many");
    const beyond = mmspec("variants", "huge.mmspec", "--at", "1000000000000");
    expect(beyond.code).toBe(2);
    expect(beyond.err).toContain("There is no place 1000000000000 in the space: it has 0 to 999999999999.");
  }, 60_000);

  it("says what is wrong with the spec or the command line", () => {
    write("wrong.mmspec", "vary train.bacth in [16]");
    const wrong = mmspec("variants", "wrong.mmspec");
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain("MM8001");
    expect(wrong.err).toContain("did you mean `batch`?");
    writeFileSync(join(folder, "none.mmspec"), spec());
    const none = mmspec("variants", "none.mmspec");
    expect(none.code).toBe(1);
    expect(none.err).toContain("none.mmspec asks for no variants: add `variants of Test {");
    for (const args of [
      ["--list", "0"],
      ["--random", "1.5"],
      ["--at", "x"],
      ["--at", "1", "--list", "2"],
    ])
      expect(mmspec("variants", write("few.mmspec", "vary train.batch in [8]"), ...args).code).toBe(2);
  }, 60_000);
});
