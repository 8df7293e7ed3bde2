import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, type Call, type ModelMember } from "../../grammar/index.js";
import { block, spec } from "../support/specs.js";

/** The only member of a kind. */
function member<Kind extends ModelMember["kind"]>(
  source: string,
  kind: Kind,
): Extract<ModelMember, { kind: Kind }> {
  const { file, problems } = parse(source);
  expect(problems).toEqual([]);
  const found = file.models[0]?.members.find((candidate) => candidate.kind === kind);
  return found as Extract<ModelMember, { kind: Kind }>;
}

const model = (text: string) => `model M {\n${text}\n}`;

describe("parse", () => {
  it("reads numbers in all their spellings", () => {
    const { value } = member(model("train { a [0.5, 1e-3, -2, 500k, 2M, 1/255] }"), "train")
      .settings[0] as never;
    const items = (value as { items: { value: number }[] }).items.map((item) => item.value);
    expect(items).toEqual([0.5, 0.001, -2, 500_000, 2_000_000, 1 / 255]);
  });

  it("reads strings with escapes", () => {
    const target = member(model('target t: class("a\\"b", "\\u{1F600}\\n", "\\\\")'), "target");
    expect(target.type.args.map(({ value }) => (value.kind === "string" ? value.value : ""))).toEqual([
      'a"b',
      "\u{1F600}\n",
      "\\",
    ]);
  });

  it("reads transforms in their order, and what is called like one", () => {
    const { file, problems } = parse(`data for M {
      from "a.npz"
      a <- "a" resized to 8, 6 scaled by 1/255 log clipped to -3..3 standardised
      log <- "b" standardised
      standardised <- "c", "d"
      to <- "e"
    }`);
    expect(problems).toEqual([]);
    const { bindings = [] } = file.data[0] ?? {};
    expect(
      bindings.map(({ name, transforms }) => [name.text, ...transforms.map(({ kind }) => kind)]),
    ).toEqual([
      ["a", "resized", "scaled", "log", "clipped", "standardised"],
      ["log", "standardised"],
      ["standardised"],
      ["to"],
    ]);
    expect(bindings[0]?.transforms[3]).toMatchObject({ from: { value: -3 }, to: { value: 3 } });
  });

  it("reads files that are joined, what is skipped, and what is called like their words", () => {
    const { file, problems } = parse(`data for M {
      from "a/*.csv" joined with "b.h5" by "id" joined with "c.npz" by "key"
      joined <- "x"
      skip <- "y" log
      at <- "z"
      skip unreadable at most 0.01
    }
    data for N { from "a.csv" joined <- "x" skip unreadable at <- "most" }`);
    expect(problems).toEqual([]);
    const [first, second] = file.data;
    expect(first?.sources[0]?.joins.map(({ path, key }) => [path.value, key.value])).toEqual([
      ["b.h5", "id"],
      ["c.npz", "key"],
    ]);
    expect(first?.bindings.map(({ name }) => name.text)).toEqual(["joined", "skip", "at"]);
    expect(first?.skips).toMatchObject([{ atMost: { value: 0.01 } }]);
    expect(second?.sources[0]?.joins).toEqual([]);
    expect(second?.bindings.map(({ name }) => name.text)).toEqual(["joined", "at"]);
    expect(second?.skips[0]?.atMost).toBeUndefined();
  });

  it("reads what is missing, what is held out, and arguments of modalities", () => {
    const { file, problems } = parse(`data for M {
      from synthetic(synergy(a, b): 0.2, unique(c): 0.1, f(d), seed: 1)
      missing missing in 0.3 of test seed 4
      hold out classes 8, "nine"
      streamed within 512 MB
      streamed <- "of"
      within <- "of"
      hold <- "column"
      missing <- "other"
    }`);
    expect(problems).toEqual([]);
    const [data] = file.data;
    const args = data?.sources[0]?.value as Call;
    expect(args.args.map(({ name, of }) => [name?.text, of?.map(({ text }) => text)])).toEqual([
      ["synergy", ["a", "b"]],
      ["unique", ["c"]],
      [undefined, undefined],
      ["seed", undefined],
    ]);
    expect(data?.lacks[0]).toMatchObject({
      modality: { text: "missing" },
      share: { value: 0.3 },
      part: { text: "test" },
      seed: { value: 4 },
    });
    expect(data?.heldOut[0]?.classes.map(({ value }) => value)).toEqual([8, "nine"]);
    expect(data?.bindings.map(({ name }) => name.text)).toEqual(["streamed", "within", "hold", "missing"]);
    expect(data?.streamings).toMatchObject([{ size: { value: 512 }, unit: { text: "MB" } }]);
  });

  it("gives spans that underline what they name", () => {
    const source = model("  encoder Eye for picture = conv(8, 3) -> flatten");
    const { layers, name, span } = member(source, "encoder");
    const text = ({ start, end }: { start: number; end: number }) => source.slice(start, end);
    expect(text(name.span)).toBe("Eye");
    expect(layers.items.map((item) => text(item.span))).toEqual(["conv(8, 3)", "flatten"]);
    expect(text(span)).toBe("encoder Eye for picture = conv(8, 3) -> flatten");
  });

  it("joins doc comments, and leaves other comments alone", () => {
    const { doc } = member(model("// not this\n/// One.\n///  Two.\nmodality a: vector(3)"), "modality");
    expect(doc).toBe("One.\n Two.");
  });

  it("takes keywords as names", () => {
    const source = model(
      "target target: class(2)\nmodality image: image(2, 2)\nmodality data: vector(3)\nencode image, data with model shared",
    );
    const { file, problems } = parse(source);
    expect(problems).toEqual([]);
    expect(file.models[0]?.members).toHaveLength(4);
  });

  it("binds `and` tighter than `or`", () => {
    const source = model(
      "fusion { when a > 0.1 or b > 0.2 and not c dominates use gate otherwise use gate }",
    );
    const condition = member(source, "fusion-block").rules[0]?.condition;
    expect(condition).toMatchObject({ kind: "or", right: { kind: "and", right: { kind: "not" } } });
  });

  it("goes on after an error, and reports each broken place once", () => {
    const { file, problems } = parse(
      model(
        "target digit class(10)\nmodality a: vector(3\nmodality b: vector(3)\ntrain { batch }\nevaluate { accuracy }",
      ),
    );
    expect(problems.map(({ found, expected }) => [found, expected[0]])).toEqual([
      ["class", ":"],
      ["", ")"],
      ["}", "a number"],
    ]);
    expect(file.models[0]?.members.map(({ kind }) => kind)).toEqual([
      "target",
      "modality",
      "modality",
      "train",
      "evaluate",
    ]);
  });

  it("reports a string without an end, and what is no part of the language", () => {
    const { problems } = parse('model M { }\n#\ndata for M {\n  from "a.npz\n}');
    expect(problems.map(({ kind }) => kind)).toEqual(["character", "string"]);
  });

  it("never throws, and every problem lies in the source", () => {
    const whole = [spec({ fusion: block }), readFileSync("examples/digits.mmspec", "utf8")];
    const mutated = fc
      .tuple(fc.constantFrom(...whole), fc.nat(), fc.nat(40), fc.string({ maxLength: 6 }))
      .map(([text, at, length, insert]) => {
        const start = at % text.length;
        return text.slice(0, start) + insert + text.slice(start + length);
      });
    fc.assert(
      fc.property(fc.oneof(fc.string(), mutated), (source) => {
        for (const { span } of parse(source).problems) {
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.end).toBeGreaterThan(span.start);
          expect(span.start).toBeLessThanOrEqual(source.length);
        }
      }),
      { numRuns: 300 },
    );
  });
});
