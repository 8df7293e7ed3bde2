import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { format, FormatError, parse } from "../../grammar/index.js";
import { block, spec } from "../support/specs.js";

/** A tree without its spans. */
function meaning(source: string): unknown {
  return JSON.parse(
    JSON.stringify(parse(source).file, (key, value: unknown) => (key === "span" ? undefined : value)),
  );
}

describe("format", () => {
  it("puts what is missing and held out on lines of their own, names in parentheses close", () => {
    const source = `data for M { from synthetic( synergy ( a,b ):0.2, unique (c) :.1 )
  missing a in .3 of test   seed 4 streamed within   1.5 GB hold out classes 8 ,"x" split .5 train,.5 test }`;
    expect(format(source)).toBe(`data for M {
  from synthetic(synergy(a, b): 0.2, unique(c): .1)
  missing a in .3 of test seed 4
  streamed within 1.5 GB
  hold out classes 8, "x"
  split .5 train, .5 test
}
`);
  });

  it("puts one statement on a line, and keeps comments, blank lines and spellings", () => {
    const source = `/// Doc.
model   M{ target y:class( 3 )  // trailing
// own line


modality a :vector(4) encoder A for a=mlp( 8,8 )->dropout(1e-1)
fusion { redundant(a,b)=align(cosine)->linear
  when (synergy>0.5 or missing(a)) and not redundancy<=.1 use gate otherwise use gate }
train{paradigm dmil(intra:2,consistency:1),schedule warmup( 2 )->cosine supervise  gate with pid (weight :.2)batch 8
}
evaluate { accuracy,macro_f1
pid lsmi per sample }}
data for M { from "x.npz" a<-"a","b" scaled   by 1/255 split .8 train,.2 test }`;
    expect(format(source)).toBe(`/// Doc.
model M {
  target y: class(3) // trailing
  // own line

  modality a: vector(4)
  encoder A for a = mlp(8, 8) -> dropout(1e-1)
  fusion {
    redundant(a, b) = align(cosine) -> linear
    when (synergy > 0.5 or missing(a)) and not redundancy <= .1 use gate
    otherwise use gate
  }
  train {
    paradigm dmil(intra: 2, consistency: 1)
    schedule warmup(2) -> cosine
    supervise gate with pid(weight: .2)
    batch 8
  }
  evaluate {
    accuracy, macro_f1
    pid lsmi per sample
  }
}
data for M {
  from "x.npz"
  a <- "a", "b" scaled by 1/255
  split .8 train, .2 test
}
`);
  });

  it("breaks a chain that is too long before its arrows", () => {
    const layers = Array.from({ length: 12 }, (_, i) => `dense(${100 + i})`).join(" -> ");
    const lines = format(`model M { encoder A = ${layers} }`).split("\n");
    expect(lines[1]).toBe("  encoder A = dense(100)");
    expect(lines[2]).toBe("      -> dense(101)");
  });

  it("breaks a source that is too long before what is joined, and keeps what is skipped by itself", () => {
    const short = `data for M { from "a/*.csv" joined with "b.h5" by "id" skip unreadable at most .01 }`;
    expect(format(short)).toBe(`data for M {
  from "a/*.csv" joined with "b.h5" by "id"
  skip unreadable at most .01
}
`);
    const long = `data for M { from "${"a".repeat(60)}.csv" joined with "b.h5" by "id" joined with "c.npz" by "identity" }`;
    expect(format(long)).toBe(`data for M {
  from "${"a".repeat(60)}.csv"
      joined with "b.h5" by "id"
      joined with "c.npz" by "identity"
}
`);
  });

  it("refuses what it can't read", () => {
    expect(() => format("model M { target }")).toThrow(FormatError);
  });

  it("begins a line behind a pid that a comma would add a modality to", () => {
    const source =
      "model M { evaluate { pid broja of a,b accuracy pid gate , pid lsmi of main  per sample accuracy } }";
    expect(format(source)).toBe(`model M {
  evaluate {
    pid broja of a, b
    accuracy, pid gate, pid lsmi of main per sample, accuracy
  }
}
`);
  });

  const open = spec({ evaluate: "evaluate { pid broja of left, right accuracy pid gate }" });
  const specs = [spec(), spec({ fusion: block }), open, readFileSync("examples/xor.mmspec", "utf8")];
  const sources = specs.map((source) => source.replace(/\/\/.*/g, ""));
  it("is idempotent and keeps the meaning, however a spec is spaced", () => {
    const spaced = fc
      .tuple(fc.constantFrom(...sources), fc.array(fc.constantFrom(" ", "  ", "\n", "\n\n", " // note\n")))
      .map(([text, gaps]) => {
        let i = 0;
        // White space between tokens may be any; a newline may stand wherever a space may.
        return text.replace(/[ \n]+/g, (gap) =>
          gaps.length > 0 ? (gaps[i++ % gaps.length] as string) : gap,
        );
      });
    fc.assert(
      fc.property(spaced, (source) => {
        const once = format(source);
        expect(format(once)).toBe(once);
        expect(meaning(once)).toEqual(meaning(source));
      }),
      { numRuns: 200 },
    );
  });
});
