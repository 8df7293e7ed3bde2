import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyse, compile, format, variantSpace, type VariantSpace } from "../../compiler/index.js";
import { block, spec } from "../support/specs.js";

const base = `param width = 16

${spec({
  fusion: block,
  train: `train {
    paradigm joint
    optimizer adam(lr: 1e-3)
    batch 32
    seed 3
  }`,
})
  .replace("encoder Left for left = mlp(16)", "encoder Left for left = dense(24) -> dense(width)")
  .replace("encoder Right for right = mlp(16)", "encoder Right for right = mlp(16, 8) -> norm")}`;

/** The space of a block of variants of the spec above. */
function spaceOf(lines: string, text = base): VariantSpace {
  const { space, analysis } = variantSpace(`${text}\nvariants of Test {\n${lines}\n}\n`, "test.mmspec");
  expect(analysis.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return space as VariantSpace;
}

/** A path, choices, and by hand what each choice makes of the spec above. */
interface Row {
  path: string;
  choices: string[];
  from: string;
  to(choice: string): string;
}

const rows: Row[] = [
  {
    path: "train.paradigm",
    choices: ["joint", "ensemble", "dmil(intra: 2, consistency: 1, joint: 3)", "unimodal(left)"],
    from: "paradigm joint",
    to: (choice) => `paradigm ${choice}`,
  },
  {
    path: "train.optimizer.lr",
    choices: ["1e-3", "0.01", "1/255"],
    from: "lr: 1e-3",
    to: (choice) => `lr: ${choice}`,
  },
  { path: "train.batch", choices: ["32", "64", "1k"], from: "batch 32", to: (choice) => `batch ${choice}` },
  {
    path: "train.noise",
    choices: ["0.1", "0"],
    from: "    seed 3\n  }",
    to: (choice) => `    seed 3\n    noise ${choice}\n  }`,
  },
  { path: "width", choices: ["16", "8", "40"], from: "width = 16", to: (choice) => `width = ${choice}` },
  {
    path: "Left.dense[1].units",
    choices: ["24", "1", "width"],
    from: "= dense(24)",
    to: (choice) => `= dense(${choice})`,
  },
  {
    path: "Left.dense[2].activation",
    choices: ["relu", "gelu", "none"],
    from: "-> dense(width)",
    to: (choice) => `-> dense(width, activation: ${choice})`,
  },
  {
    path: "Right",
    choices: ["mlp(16, 8) -> norm", "dense(12)", "norm(batch) -> mlp(9) -> dropout(0.1)"],
    from: "mlp(16, 8) -> norm",
    to: (choice) => choice,
  },
  {
    path: "fusion.synergistic",
    choices: ["bilinear(rank: 8)", "concat", "attention(heads: 2, units: 8)"],
    from: "bilinear(rank: 8)",
    to: (choice) => choice,
  },
  {
    path: "fusion.unique(right)",
    choices: ["linear", "dense(7) -> linear"],
    from: "unique(right) = linear",
    to: (choice) => `unique(right) = ${choice}`,
  },
  {
    path: "fusion.gate.mlp.units",
    choices: ["8", "[4, 4]"],
    from: "gate = mlp(8)",
    to: (choice) => `gate = mlp(${choice})`,
  },
];

/** Some of the rows in any order, and a place in their space, as a share of it. */
const spaces = fc.record({
  varied: fc.uniqueArray(fc.constantFrom(...rows), { minLength: 1, selector: ({ path }) => path }),
  place: fc.nat({ max: 1_000_000 }),
});

const vary = ({ path, choices }: Row) => `vary ${path} in [${choices.join(", ")}]`;

describe("any variant", () => {
  it("is what its choices make of the spec, and nothing else; formatted, without errors, at the place of its choices", () => {
    let variants = 0;
    fc.assert(
      fc.property(spaces, ({ varied, place }) => {
        const space = spaceOf(varied.map(vary).join("\n"));
        const size = varied.reduce((product, { choices }) => product * BigInt(choices.length), 1n);
        expect(space.size).toBe(size);
        const index = BigInt(place) % size;
        const [outcome] = space.walk([index]);
        if (outcome === undefined) throw new Error("no outcome");
        const found = outcome.kind === "variant" ? outcome.variant : outcome;
        expect(found.index).toBe(index);
        expect(space.indexOf(found.choices)).toBe(index);
        expect(found.name).toMatch(/^[\p{L}\p{N}_.-]{1,100}$/u);
        if (!("spec" in found)) throw new Error("nothing excludes it");
        const byHand = varied.reduce((text, { path, from, to }) => {
          expect(text.split(from)).toHaveLength(2);
          return text.replace(from, to(found.choices[path] ?? ""));
        }, base);
        expect(found.spec).toBe(format(byHand));
        expect(format(found.spec)).toBe(found.spec);
        const { failed, tree } = analyse(found.spec);
        expect(failed).toBe(outcome.kind === "invalid");
        expect(tree.variants).toEqual([]);
        if (outcome.kind === "variant") variants++;
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(variants).toBeGreaterThan(150);
  });

  it("has a place and a name of its own: choices and places are one to one", () => {
    const space = spaceOf(rows.slice(0, 5).map(vary).join("\n"));
    const found = [...space.walk()].map((outcome) =>
      outcome.kind === "variant" ? outcome.variant : outcome,
    );
    expect(found).toHaveLength(Number(space.size));
    const places = found.map(({ choices }) => space.indexOf(choices));
    expect(places).toEqual(found.map((_, i) => BigInt(i)));
    expect(new Set(found.map(({ name }) => name.toLowerCase())).size).toBe(found.length);
    expect(space.indexOf({ ...found[0]?.choices, width: "17" })).toBeUndefined();
  });
});

describe("a space", () => {
  it("counts in the order of the block, the last place fastest", () => {
    const space = spaceOf("vary train.batch in [16, 32]\n vary train.seed in [1, 2..4]");
    expect(space.paths).toEqual(["train.batch", "train.seed"]);
    const names = [...space].map(({ name }) => name);
    expect(names.slice(0, 5)).toEqual([
      "batch16-seed1",
      "batch16-seed2",
      "batch16-seed3",
      "batch16-seed4",
      "batch32-seed1",
    ]);
    expect(space.at(5n)).toMatchObject({ variant: { index: 5n, name: "batch32-seed2" } });
    expect(() => space.at(8n)).toThrow(
      new RangeError("There is no variant 8: the space has 8, counted from 0."),
    );
    expect(() => space.at(-1n)).toThrow(RangeError);
  });

  it("has the numbers of a range, in steps and in multiples", () => {
    const numbers = (range: string, path = "train.noise") =>
      Array.from({ length: Number(spaceOf(`vary ${path} in [${range}]`).size) }, (_, k) => {
        const [outcome] = spaceOf(`vary ${path} in [${range}]`).walk([BigInt(k)]);
        const found = outcome?.kind === "variant" ? outcome.variant : outcome;
        return found?.choices[path];
      });
    expect(numbers("2..64 step x2", "train.batch")).toEqual(["2", "4", "8", "16", "32", "64"]);
    expect(numbers("2..10 step 2", "train.batch")).toEqual(["2", "4", "6", "8", "10"]);
    expect(numbers("3..5", "train.batch")).toEqual(["3", "4", "5"]);
    expect(numbers("0.1..0.35 step 0.1")).toEqual(["0.1", "0.2", "0.3"]);
    expect(numbers("1e-4..1e-1 step x10")).toEqual(["0.0001", "0.001", "0.01", "0.1"]);
    expect(numbers("1..3 step x1.5")).toEqual(["1", "1.5", "2.25"]);
    expect(numbers("7..7")).toEqual(["7"]);
  });

  it("of any range has as many numbers as lie in it, each found again", () => {
    const ranges = fc.record({
      from: fc.integer({ min: 1, max: 1000 }),
      length: fc.integer({ min: 0, max: 10_000 }),
      step: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(ranges, fc.nat(), ({ from, length, step }, place) => {
        const to = from + length;
        const space = spaceOf(`vary train.seed in [${from}..${to} step ${step}]`);
        expect(space.size).toBe(BigInt(Math.floor(length / step) + 1));
        const k = BigInt(place) % space.size;
        expect(space.indexOf({ "train.seed": String(from + Number(k) * step) })).toBe(k);
        expect(space.indexOf({ "train.seed": String(to + step) })).toBeUndefined();
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it("of 10^12 tells its size, its first, a random and any variant without making the others", () => {
    const space = spaceOf(`vary train.seed in [0..999999]
      vary train.batch in [1..1000]
      vary train.epochs in [1..1000]`);
    expect(space.size).toBe(10n ** 12n);
    const [first] = space;
    expect(first?.choices).toEqual({ "train.seed": "0", "train.batch": "1", "train.epochs": "1" });
    expect(space.at(10n ** 12n - 1n)).toMatchObject({
      variant: { choices: { "train.seed": "999999", "train.batch": "1000", "train.epochs": "1000" } },
    });
    const drawn = (seed: number) => {
      const found: bigint[] = [];
      for (const place of space.random(seed)) if (found.push(place) === 20) return found;
      return found;
    };
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)).not.toEqual(drawn(8));
    expect(new Set(drawn(7)).size).toBe(20);
    for (const place of drawn(7)) expect(place >= 0n && place < space.size).toBe(true);
  });

  it("is drawn from without repetition, each place as likely as the others", () => {
    const space = spaceOf("vary train.seed in [0..9]");
    const firsts = new Map<bigint, number>();
    for (let seed = 0; seed < 2000; seed++) {
      const places = [...space.random(seed)];
      expect([...places].sort((a, b) => Number(a - b))).toEqual(places.map((_, i) => BigInt(i)));
      const [first = -1n] = places;
      firsts.set(first, (firsts.get(first) ?? 0) + 1);
    }
    // 200 each; the standard deviation is 13.
    for (const count of firsts.values()) expect(Math.abs(count - 200)).toBeLessThan(65);
    expect(firsts.size).toBe(10);
  });

  it("obeys sample and limit", () => {
    const names = (lines: string) =>
      [...spaceOf(`vary train.seed in [0..99999]\n${lines}`)].map(({ name }) => name);
    expect(names("limit 3")).toEqual(["seed0", "seed1", "seed2"]);
    const sampled = names("sample 5 seed 7");
    expect(new Set(sampled).size).toBe(5);
    expect(sampled).toEqual(names("sample 5 seed 7"));
    expect(sampled).not.toEqual(names("sample 5 seed 8"));
    expect(names("sample 5 seed 7\nlimit 2")).toEqual(sampled.slice(0, 2));
  });

  it("leaves out what a condition excludes, with the numbers that it asks for", () => {
    const lines = `vary Left.dense[1].units in [8, 16, 32]
      vary train.paradigm in [joint, ensemble]
      where not (Left.dense[1].units > 8 and train.paradigm = ensemble)
      where parameters < 10 or Left.dense[1].units = 8`;
    const outcomes = [...spaceOf(lines).walk()];
    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds).toEqual(["variant", "variant", "excluded", "excluded", "excluded", "excluded"]);
    expect(outcomes[3]).toMatchObject({
      name: "dense16-ensemble",
      excluded: "not not (Left.dense[1].units > 8 and train.paradigm = ensemble)",
    });
    expect(outcomes[4]).toMatchObject({
      excluded: expect.stringMatching(
        /^not parameters < 10 or Left.dense\[1\].units = 8: parameters = \d{4}$/,
      ),
    });
  });

  it("asks conditions of every kind", () => {
    const count = (where: string) =>
      [
        ...spaceOf(
          `vary train.batch in [8..64 step x2]\nvary width in [8, 16]\nvary Left.dense[1].units in [8, width]\nwhere ${where}`,
        ),
      ].length;
    expect(count("train.batch >= 8")).toBe(12);
    expect(count("train.batch > 8")).toBe(9);
    expect(count("train.batch <= 8")).toBe(3);
    expect(count("train.batch < width")).toBe(2);
    expect(count("train.batch != 8")).toBe(9);
    expect(count("train.batch = width or train.batch = 64")).toBe(6);
    expect(count("not train.batch = 8 and not train.batch = 16")).toBe(6);
    // A choice that names a parameter is what the parameter is in that variant.
    expect(count("Left.dense[1].units = 16")).toBe(4);
    expect(count("memory > 0 and flops > 0 and parameters > 2M")).toBe(0);
  });

  it("has the same model once, however its specs spell it", () => {
    const outcomes = [
      ...spaceOf(`vary fusion.synergistic in [bilinear(rank: 8), bilinear(8), concat]
        vary train.paradigm in [joint, ensemble]`).walk(),
    ];
    expect(outcomes.map((found) => (found.kind === "duplicate" ? found.of : found.kind))).toEqual([
      "variant",
      "variant",
      0n,
      // An ensemble trains the unique parts alone.
      1n,
      "variant",
      1n,
    ]);
  });

  it("takes those for the same whose trainers are the same", async () => {
    const space = spaceOf(
      "vary fusion.synergistic in [concat, bilinear]\nvary train.paradigm in [ensemble, unimodal(left)]",
    );
    const trainers = await Promise.all(
      [0n, 1n, 2n, 3n].map(async (k) => {
        const looked = space.at(k);
        const { files } = await compile("variant" in looked ? looked.variant.spec : "", "same.mmspec");
        return files.filter(({ path }) => path.endsWith(".ts"));
      }),
    );
    expect(trainers[2]).toEqual(trainers[0]);
    expect(trainers[3]).toEqual(trainers[1]);
    expect(trainers[1]).not.toEqual(trainers[0]);
    expect([...space.walk()].map(({ kind }) => kind)).toEqual([
      "variant",
      "variant",
      "duplicate",
      "duplicate",
    ]);
  });

  it("tells custom layers of two files apart", () => {
    const space = spaceOf('vary Left in [custom("./a.ts", 8), custom("./b.ts", 8)]');
    expect([...space].map(({ name }) => name)).toEqual(["custom_a_ts_8", "custom_b_ts_8"]);
  });

  it("names what is invalid, with its reason", () => {
    const space = spaceOf(
      "vary Left in [conv(4, 3) -> flatten, dense(8)]\nvary fusion.gate in [mlp(8), reshape(4, 4)]",
    );
    const outcomes = [...space.walk()];
    expect(outcomes.map(({ kind }) => kind)).toEqual(["invalid", "invalid", "variant", "invalid"]);
    expect(space.at(0n)).toMatchObject({ invalid: [{ code: "MM3010" }] });
    expect(space.at(2n)).toMatchObject({ variant: { name: "dense8-mlp8" } });
  });

  it("varies nothing else of the file: other models and comments stay", () => {
    const text = `${base}\n// Kept.\n${spec().replaceAll("Test", "Other")}`;
    const space = spaceOf("vary train.batch in [16, 32]", `/// Of the file.\n${text}`);
    const [first] = space;
    expect(first?.spec).toBe(format(`/// Of the file.\n${text}`.replace("batch 32", "batch 16")));
    const documented = variantSpace(
      `${base}\n/// All of them.\n/// Twice /// over.\nvariants of Test { vary width in [8] }`,
    );
    const [only] = documented.space ?? [];
    expect(only?.spec).toBe(format(base.replace("width = 16", "width = 8")));
  });

  it("isn't there when the spec has errors or no such block", () => {
    expect(variantSpace(base)).toMatchObject({ space: undefined, analysis: { failed: false } });
    const wrong = variantSpace(`${base}variants of Test { vary widht in [1] }`);
    expect(wrong).toMatchObject({ space: undefined, analysis: { failed: true } });
  });
});

describe("variants in a spec", () => {
  it("change nothing of what is compiled", async () => {
    const whole = await compile(`${base}\nvariants of Test { vary width in [8] }\n`, "test.mmspec");
    const plain = await compile(base, "test.mmspec");
    const code = ({ files }: typeof whole) => files.filter(({ path }) => !path.endsWith(".mmspec"));
    expect(code(whole)).toEqual(code(plain));
  });
});
