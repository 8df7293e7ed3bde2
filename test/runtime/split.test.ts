import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProblemList } from "../../runtime/data/problems.js";
import { splitPositions, type SplitPlan } from "../../runtime/data/split.js";
import { splitKeys } from "../../runtime/data/split/keys.js";
import { columnOfCells } from "../../runtime/data/table.js";

const seed = fc.nat(1000);
const labels = fc
  .array(fc.nat(3), { minLength: 12, maxLength: 150 })
  .map((values) => Int32Array.from(values));

/** Samples with a class and a key each, of eight keys at least. */
const keyed = labels.chain((values) =>
  fc
    .array(fc.nat(40), { minLength: values.length, maxLength: values.length })
    .filter((keys) => new Set(keys).size >= 8)
    .map((keys) => ({ labels: values, keys })),
);

/** All positions of the parts, in order, whatever they are in. */
const united = (parts: Iterable<Int32Array | undefined>) =>
  [...parts].flatMap((part) => [...(part ?? [])]).sort((a, b) => a - b);

const everyone = (labels: Int32Array) => [...labels.keys()];

const three = { train: 0.6, validation: 0.2, test: 0.2 };

function partsOf(plan: SplitPlan, labels: Int32Array, keys?: readonly number[]) {
  const { train, validation, test } = splitPositions(labels, plan, keys);
  return [train, ...(validation ? [validation] : []), test];
}

function expectApart(parts: readonly Int32Array[], keys: readonly number[]): void {
  const sets = parts.map((part) => new Set(Array.from(part, (i) => keys[i])));
  sets.forEach((one, p) =>
    sets.slice(p + 1).forEach((other) => expect([...one].filter((key) => other.has(key))).toEqual([])),
  );
}

describe("by group", () => {
  const plan = (more: Partial<SplitPlan>): SplitPlan => ({
    ...three,
    by: { kind: "group", column: "patient" },
    seed: 1,
    ...more,
  });

  test("each sample is in one part, no group in two, none is empty, and the seed decides", () => {
    fc.assert(
      fc.property(keyed, seed, fc.boolean(), ({ labels, keys }, seed, stratified) => {
        const parts = partsOf(plan({ seed, stratified }), labels, keys);
        expect(united(parts)).toEqual(everyone(labels));
        expectApart(parts, keys);
        for (const part of parts) expect(part.length).toBeGreaterThan(0);
        expect(partsOf(plan({ seed, stratified }), labels, keys)).toEqual(parts);
      }),
    );
  });

  test("no part is further from its share than the largest group is large", () => {
    fc.assert(
      fc.property(keyed, seed, ({ labels, keys }, seed) => {
        const counts = new Map<number, number>();
        for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
        const largest = Math.max(...counts.values());
        partsOf(plan({ seed }), labels, keys).forEach((part, p) => {
          const wanted = (Object.values(three)[p] as number) * labels.length;
          expect(Math.abs(part.length - wanted)).toBeLessThanOrEqual(largest + 1e-6);
        });
      }),
    );
  });

  test("classes are spread as the groups allow", () => {
    // 40 groups of 5, half of them all of class 0, half all of class 1.
    const labels = Int32Array.from({ length: 200 }, (_, i) => Math.floor(i / 100));
    const keys = Array.from(labels, (_, i) => Math.floor(i / 5));
    const shares = partsOf(plan({ stratified: true }), labels, keys).map(
      (part) => part.filter((i) => labels[i] === 0).length / part.length,
    );
    expect(shares).toEqual([0.5, 0.5, 0.5]);
  });
});

describe("by time", () => {
  const plan: SplitPlan = { ...three, by: { kind: "time", column: "date" }, seed: 1 };

  test("what is tested is later than all that is learned from, and no time is in two parts", () => {
    fc.assert(
      fc.property(keyed, ({ labels, keys }) => {
        const parts = partsOf(plan, labels, keys);
        expect(united(parts)).toEqual(everyone(labels));
        const ranges = parts.map((part) => Array.from(part, (i) => keys[i] as number));
        ranges.slice(1).forEach((later, p) => {
          expect(later.length).toBeGreaterThan(0);
          expect(Math.min(...later)).toBeGreaterThan(Math.max(...(ranges[p] as number[])));
        });
      }),
    );
  });

  test("a boundary goes to the nearest time", () => {
    const labels = new Int32Array(10);
    const sizes = (keys: number[]) => partsOf(plan, labels, keys).map(({ length }) => length);
    expect(sizes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([6, 2, 2]);
    expect(sizes([0, 0, 0, 0, 0, 0, 0, 0, 1, 2])).toEqual([8, 1, 1]);
    expect(sizes([0, 1, 1, 1, 1, 1, 1, 1, 1, 2])).toEqual([1, 8, 1]);
  });
});

describe("folds", () => {
  const plan = (at: number, of: number, more: Partial<SplitPlan>): SplitPlan => ({
    fold: { at, of },
    seed: 1,
    ...more,
  });

  test("they are a partition of the samples, and each leaves the others to learn from", () => {
    fc.assert(
      fc.property(
        keyed,
        fc.integer({ min: 2, max: 6 }),
        seed,
        fc.record({ stratified: fc.boolean(), grouped: fc.boolean(), validated: fc.boolean() }),
        ({ labels, keys }, of, seed, { stratified, grouped, validated }) => {
          const tests = Array.from({ length: of }, (_, f) => {
            const how: Partial<SplitPlan> = {
              seed,
              stratified,
              ...(grouped && { by: { kind: "group", column: "patient" } }),
              ...(validated && { validation: 0.2 }),
            };
            const parts = partsOf(plan(f + 1, of, how), labels, grouped ? keys : undefined);
            expect(parts).toHaveLength(validated ? 3 : 2);
            expect(united(parts)).toEqual(everyone(labels));
            if (grouped) expectApart(parts, keys);
            return parts.at(-1);
          });
          expect(united(tests)).toEqual(everyone(labels));
        },
      ),
    );
  });

  test("stratified, each has its share of each class", () => {
    const labels = Int32Array.from({ length: 100 }, (_, i) => (i < 20 ? 1 : 0));
    for (const at of [1, 2, 3, 4, 5]) {
      const { train, validation, test } = splitPositions(
        labels,
        plan(at, 5, { stratified: true, validation: 0.2 }),
      );
      const ones = [train, validation, test].map((part) => part?.filter((i) => labels[i] === 1).length);
      expect(ones).toEqual([12, 4, 4]);
      expect([train.length, validation?.length, test.length]).toEqual([60, 20, 20]);
    }
  });
});

describe("the column of a split", () => {
  const keysOf = (kind: "group" | "time" | "column", cells: unknown[]) => {
    const problems = new ProblemList();
    const table = { source: "x.csv", columns: new Map([["c", columnOfCells(cells)]]) };
    const keys = splitKeys({ by: { kind, column: "c" }, seed: 1 }, table, cells.length, "x.csv", problems);
    return { keys: keys && [...Array.from(keys)], problems: problems.problems.map(({ message }) => message) };
  };

  test("names parts in the words that people use", () => {
    expect(keysOf("column", ["train", "Val", "dev", "validation", "TEST "]).keys).toEqual([0, 1, 1, 1, 2]);
    expect(keysOf("column", ["train", "tset", "x"]).problems).toEqual([
      '"tset" in row 1 of column "c" is no part of the split (2 such rows).',
    ]);
    const split = splitPositions(
      new Int32Array(3),
      { by: { kind: "column", column: "c" }, seed: 1 },
      [2, 0, 2],
    );
    expect(split).toEqual({ train: Int32Array.of(1), test: Int32Array.of(0, 2) });
  });

  test("has times as numbers or as ISO 8601 writes them", () => {
    expect(keysOf("time", [3, "2.5"]).keys).toEqual([3, 2.5]);
    const day = Date.UTC(2026, 10, 28);
    expect(
      keysOf("time", [
        "2026-11-28",
        "2026-11-28 01:00",
        "2026-11-28T01:00:00.5Z",
        "2026-11-28T01:00+0100",
        "2026-11",
      ]).keys,
    ).toEqual([day, day + 3.6e6, day + 3.6e6 + 500, day, Date.UTC(2026, 10, 1)]);
    expect(keysOf("time", ["2026-11-28", "28.11.2026"]).problems).toEqual([
      '"28.11.2026" in row 1 of column "c" is no time (1 such row).',
    ]);
  });

  test("has a value in each row", () => {
    expect(keysOf("group", ["a", "", "b", null]).problems).toEqual([
      'Column "c", which the samples are split by, is empty in row 1 (2 such rows).',
    ]);
    expect(keysOf("group", [7, 7, 8]).keys).toEqual([0, 0, 1]);
  });
});
