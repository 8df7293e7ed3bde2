import { describe, expect, it } from "vitest";
import { analyse } from "../../compiler/index.js";
import { renderDiagnostic } from "../../compiler/render.js";
import { format } from "../../grammar/index.js";
import { expectDiagnostics } from "../support/diagnostics.js";
import { block, spec } from "../support/specs.js";
import { expectSurvival } from "../support/survives.js";

const codes = (source: string) => [
  ...new Set(analyse(source, "a.mmspec").diagnostics.map(({ code }) => code)),
];
const condition = (text: string) => spec({ fusion: block.replace("synergy > 0.6", text) });

describe("a file at its limits", () => {
  it("isn't read below a hundred levels, whatever makes them", () => {
    const within = 100;
    expect(codes(condition(`${"(".repeat(within)}synergy > 0.6${")".repeat(within)}`))).toEqual([]);
    expect(codes(condition(`${"not ".repeat(within)}synergy > 0.6`))).toEqual([]);
    for (const levels of [within + 1, 100_000]) {
      const deep = [
        condition(`${"(".repeat(levels)}synergy > 0.6${")".repeat(levels)}`),
        condition(`${"(".repeat(levels)}synergy > 0.6`),
        condition(`${"not ".repeat(levels)}synergy > 0.6`),
        condition(`${"not (".repeat(levels)}synergy > 0.6${")".repeat(levels)}`),
        spec({ fusion: `fusion = ${"a(".repeat(levels)}${")".repeat(levels)}` }),
        spec({ train: `train { batch ${"[".repeat(levels)}${"]".repeat(levels)} }` }),
      ];
      for (const source of deep) {
        expect(codes(source)).toContain("MM1024");
        expectSurvival(source);
      }
    }
  });

  it("counts a negation up to where its condition ends", () => {
    const many = Array.from({ length: 300 }, () => "not synergy > 0.6").join(" and ");
    expect(codes(condition(many))).toEqual([]);
    const rules = "when not (not synergy > 0.6) use gate\n".repeat(300);
    // The same rule again is never reached; nothing is too deep.
    expect(new Set(codes(spec({ fusion: block.replace("when", `${rules}when`) })))).toEqual(
      new Set(["MM5019"]),
    );
  });

  it("may be long where it isn't deep", () => {
    expect(codes(condition(`${"synergy > 0.6 and ".repeat(20_000)}synergy > 0.6`))).toEqual([]);
    expect(codes(spec({ fusion: `fusion = concat${" -> dense(8)".repeat(20_000)}` }))).toEqual([]);
  });

  it("has names, numbers and strings of a bounded length", () => {
    const long = "x".repeat(1_000_000);
    expect(codes(spec().replaceAll("left", long))).toContain("MM1022");
    expect(codes(spec().replace("mlp(16)", `mlp(1${"0".repeat(1_000_000)})`))).toContain("MM1022");
    expect(codes(spec({ data: `from "${long}.csv"` }))).toContain("MM1022");
    expect(codes(spec().replaceAll("left", "x".repeat(1000)))).toEqual([]);
  });

  it("shows a megabyte as a line", () => {
    const source = spec()
      .replace("mlp(16)", `mpl(${"1, ".repeat(300_000)}1)`)
      .replace("batch 32", "batch none");
    const analysis = analyse(source, "a.mmspec");
    expect(analysis.diagnostics.length).toBe(2);
    for (const diagnostic of analysis.diagnostics) {
      const shown = renderDiagnostic(diagnostic, analysis.source);
      expect(shown.length).toBeLessThan(1000);
      expect(shown).toMatch(diagnostic.code === "MM2005" ? /\| {2,}~~~\n/ : /none[^]*~~~~/);
    }
  });

  it("has finite numbers", () => {
    for (const number of ["1e999", "1/0", "0/0", "-1/0"])
      expect(codes(spec({ train: `train { optimizer adam(lr: ${number}) }` }))).toContain("MM1023");
    expectDiagnostics(spec().replace("noise: 0.3", "noise: 1e999"), ["14:54 MM1023"]);
  });

  it("is text in UTF-8, with or without a byte order mark", () => {
    expect(codes(`\uFEFF${spec()}`)).toEqual([]);
    expect(format(`\uFEFF${spec()}`)).toBe(format(spec()));
    const utf8 = new TextEncoder().encode(spec().replace("label", "größe"));
    const latin1 = Buffer.from(spec({ top: "// größe" }), "latin1");
    const utf16 = Buffer.from(spec(), "utf16le");
    expect(codes(new TextDecoder().decode(utf8))).toEqual([]);
    for (const source of [latin1, utf16].map((bytes) => new TextDecoder().decode(bytes)))
      expect(codes(source)).toContain("MM1021");
    for (const unit of ["\0", "\uD800", "\uDC00"]) {
      for (const place of [`// ${unit}`, `/// ${unit}`, unit]) {
        expect(codes(spec({ top: place }))).toContain("MM1021");
        expectSurvival(spec({ top: place }));
      }
      expect(codes(spec().replace("class(3)", `class("a", "${unit}")`))).toContain("MM1021");
    }
    expect(codes(spec({ top: "// 🙂" }))).toEqual([]);
  });

  it("has its first thousand problems reported, and says that there are more", () => {
    const { diagnostics, failed } = analyse("model M { }\n".repeat(5000), "a.mmspec");
    expect(failed).toBe(true);
    expect(diagnostics).toHaveLength(1001);
    expect(diagnostics.filter(({ code }) => code === "MM1025")).toHaveLength(1);
  });

  it("lists some of very many names that are known", () => {
    const classes = Array.from({ length: 5000 }, (_, i) => `"class ${i}"`).join(", ");
    const source = spec().replace("class(3)", `class(${classes})`);
    const held = source.replace(/split .*/, (split) => `${split}\n  hold out classes "nothing like it"`);
    const [diagnostic] = analyse(held, "a.mmspec").diagnostics;
    expect(diagnostic?.code).toBe("MM7021");
    expect(diagnostic?.fix).toMatch(/^it has `class 0`.* and 4976 others$/);
  });
});
