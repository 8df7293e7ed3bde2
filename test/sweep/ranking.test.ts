import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvOf } from "../../sweep/results/columns.js";
import { importance, type Observation } from "../../sweep/results/importance.js";
import { paretoFront } from "../../sweep/results/pareto.js";

const grid = (value: (a: number, b: number) => number): Observation[] =>
  [0, 1, 2].flatMap((a) => [0, 1].map((b) => ({ choices: { a: `${a}`, b: `${b}` }, value: value(a, b) })));

describe("importance", () => {
  it("is the classical analysis of variance on a full grid", () => {
    // Effects of a: -1, 0, 1, mean square 2/3; of b: -3, 3, mean square 9; interaction 0.5 (a - 1)(2 b - 1), mean square 1/6.
    const found = importance(
      grid((a, b) => 10 + (a - 1) + 3 * (2 * b - 1) + 0.5 * (a - 1) * (2 * b - 1)),
      ["a", "b"],
    );
    const total = 2 / 3 + 9 + 1 / 6;
    expect(found?.paths.map(({ path }) => path)).toEqual(["b", "a"]);
    expect(found?.paths[0]?.share).toBeCloseTo(9 / total, 10);
    expect(found?.paths[1]?.share).toBeCloseTo(2 / 3 / total, 10);
    expect(found?.rest).toBeCloseTo(1 / 6 / total, 10);
    expect(
      found?.paths[1]?.values.map(({ value, metric }) => [value, Math.round(1e9 * metric) / 1e9]),
    ).toEqual([
      ["0", 9],
      ["1", 10],
      ["2", 11],
    ]);
  });

  it("sees through a grid with holes: a choice that does nothing has no share, however the others lie", () => {
    const some = grid((a) => a).filter(({ choices: { a, b } }) => !(a === "2" && b === "0"));
    const found = importance(some, ["a", "b"]);
    expect(found?.paths.find(({ path }) => path === "a")?.share).toBeCloseTo(1, 10);
    expect(found?.paths.find(({ path }) => path === "b")?.share).toBeCloseTo(0, 10);
  });

  it("tells by permutation how sure it is", () => {
    const many = Array.from({ length: 8 }, (_, k) =>
      grid((a, b) => 5 * b + Math.sin(37 * k + 11 * a)),
    ).flat();
    const found = importance(many, ["a", "b"]);
    const [b, a] = found?.paths ?? [];
    expect(b?.p).toBe(1 / 1000);
    expect(a?.p).toBeGreaterThan(0.05);
    expect(b?.chance).toBeLessThan(0.1);
    expect(importance(many, ["a", "b"])).toEqual(found);
  });

  it("says nothing of too few variants, or of a choice that never varied", () => {
    expect(importance(grid((a) => a).slice(0, 3), ["a", "b"])).toBeUndefined();
    const fixed = grid((a) => a).filter(({ choices }) => choices.b === "0");
    expect(importance([...fixed, ...fixed], ["a", "b"])?.paths.map(({ path }) => path)).toEqual(["a"]);
  });

  it("divides all of the variance", () => {
    const observation = fc.record({
      choices: fc.record({ a: fc.constantFrom("0", "1", "2"), b: fc.constantFrom("0", "1") }),
      value: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(observation, { minLength: 8, maxLength: 20 }), (all) => {
        fc.pre(new Set(all.map(({ value }) => value)).size > 1);
        const found = importance(all, ["a", "b"], { permutations: 99 });
        fc.pre(found !== undefined);
        const sum = (found?.rest ?? 0) + (found?.paths ?? []).reduce((total, { share }) => total + share, 0);
        expect(sum).toBeCloseTo(1, 6);
      }),
      { numRuns: 30 },
    );
  });
});

describe("paretoFront", () => {
  it("has what no other one dominates", () => {
    const point = fc.record({ score: fc.integer({ min: 0, max: 6 }), size: fc.integer({ min: 0, max: 6 }) });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 20 }), (all) => {
        const dominates = (a: (typeof all)[number], b: (typeof all)[number]) =>
          a.score >= b.score && a.size <= b.size && (a.score > b.score || a.size < b.size);
        expect(paretoFront(all)).toEqual(all.map((one) => !all.some((other) => dominates(other, one))));
      }),
    );
  });
});

describe("csvOf", () => {
  it("quotes what needs it and leaves what isn't known empty", () => {
    const columns = [
      { name: "a", type: "text" as const },
      { name: "b", type: "float" as const },
    ];
    const rows = [{ a: 'say "x", y', b: 1.5 }, { a: "plain", b: NaN }, { b: 2 }];
    expect(csvOf({ columns, rows })).toBe('a,b\n"say ""x"", y",1.5\nplain,\n,2\n');
  });
});
