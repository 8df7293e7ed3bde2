import { describe, expect, it } from "vitest";
import { analyse, compile, format, ParameterError, setParameters } from "../../compiler/index.js";

const text = `/// Units of the encoders.
param width = 64
param share = 0.25

model Two {
  target label: class(3)
  modality left: vector(6)
  modality right: vector(6)
  encoder Half = mlp(width)
  encode left, right with Half
  fusion {
    redundant(left, right) = align(cosine) -> linear
    unique(left) = linear
    unique(right) = linear
    synergistic(left, right) = bilinear(rank: width) -> linear
    gate = mlp(8)
    when synergy > share use synergistic(left, right)
    otherwise use gate
  }
  train { batch width stop after patience epochs without improvement }
}

param patience = 3

data for Two {
  from synthetic(synergy: 1, samples: 400, noise: share)
  split 0.5 train, share validation, share test seed patience
}
`;

describe("parameters", () => {
  it("stand for their numbers wherever a number can stand", () => {
    const { models, diagnostics } = analyse(text);
    expect(diagnostics).toEqual([]);
    const [model] = models;
    expect(model?.training.batch).toBe(64);
    expect(model?.training.patience).toBe(3);
    expect(model?.encoders[0]?.width).toBe(64);
    expect(model?.fusion).toMatchObject({
      rules: [{ text: "when synergy > share (0.25) use synergistic(left, right)" }, {}],
    });
    expect(JSON.stringify(model?.fusion)).toContain('"threshold":0.25');
    expect(JSON.stringify(model?.data)).toContain('"noise":0.25');
  });

  it("show their numbers in a rule's text, which the reports tell", () => {
    const several = text.replace(
      "when synergy > share use",
      "when not (synergy > share) and // a comment\n (uniqueness(left) <= share or redundancy > 0.5) use",
    );
    const [model] = analyse(several).models;
    expect(model?.fusion).toMatchObject({
      rules: [
        {
          text: "when not (synergy > share (0.25)) and (uniqueness(left) <= share (0.25) or redundancy > 0.5) use synergistic(left, right)",
        },
        {},
      ],
    });
  });

  it("are formatted, with their comments", () => {
    const once = format(text.replace("param share = 0.25", "param   share=0.25 // a quarter"));
    expect(once).toContain("/// Units of the encoders.\nparam width = 64\nparam share = 0.25 // a quarter\n");
    expect(format(once)).toBe(once);
  });

  it("are set in the text, so that what is kept with a run says it", async () => {
    const changed = setParameters(
      text,
      new Map([
        ["width", "1k"],
        ["share", " 1/8 "],
      ]),
    );
    expect(changed).toBe(text.replace("width = 64", "width = 1k").replace("share = 0.25", "share = 1/8"));
    expect(setParameters(text, new Map())).toBe(text);
    const wider = setParameters(text, new Map([["width", "1k"]]));
    const { files } = await compile(wider);
    expect(files.find(({ path }) => path === "model.ts")?.text).toContain("units: [1000]");
    expect(files.find(({ path }) => path === "spec.mmspec")?.text).toBe(wider);
  });

  it("that there aren't can't be set, nor to what is no number", () => {
    const set = (name: string, value: string) => () => setParameters(text, new Map([[name, value]]));
    expect(set("widht", "3")).toThrow(
      new ParameterError("The spec has no parameter `widht`: did you mean `width`?"),
    );
    expect(set("depth", "3")).toThrow("it has `width`, `share`, `patience`.");
    for (const value of ["", "wide", "3 4", "3 // more", "1/0", "1e999", '"3"', "3}"])
      expect(set("width", value)).toThrow("wants a number");
    expect(() => setParameters("model M {}", new Map([["a", "1"]]))).toThrow("it has none");
  });
});
