import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  alwaysHolds,
  canHold,
  exampleOf,
  implies,
  type Example,
  type Facts,
} from "../../compiler/check/reachable.js";
import type { ConditionIr } from "../../compiler/ir.js";

const component = (id: string) => ({ id });
const components = [component("r"), component("u"), component("v"), component("s")];
const two: Facts = { components };

const above = (components: string | string[], threshold: number, orEqual = false): ConditionIr => ({
  kind: "above",
  components: [components].flat(),
  threshold,
  orEqual,
});
const below = (components: string | string[], threshold: number, orEqual = false): ConditionIr => ({
  kind: "below",
  components: [components].flat(),
  threshold,
  orEqual,
});
const dominates = (...components: string[]): ConditionIr => ({ kind: "dominates", components });
const missing = (modality: string): ConditionIr => ({ kind: "missing", modality });
const not = (operand: ConditionIr): ConditionIr => ({ kind: "not", operand });
const and = (left: ConditionIr, right: ConditionIr): ConditionIr => ({ kind: "and", left, right });
const or = (left: ConditionIr, right: ConditionIr): ConditionIr => ({ kind: "or", left, right });

describe("conditions that can't hold", () => {
  it.each<[string, ConditionIr]>([
    ["more than there is", and(above("r", 0.6), above("s", 0.4))],
    ["all of it beside something", and(above("r", 0.6), above("s", 0.4, true))],
    ["an end that isn't part", and(above("r", 0.5), below("r", 0.5, true))],
    ["a part above its kind", and(above("u", 0.5), below(["u", "v"], 0.5, true))],
    ["parts above their kind", and(and(above("u", 0.3), above("v", 0.3)), below(["u", "v"], 0.6))],
    ["less than there is", and(below("r", 0.2), and(below(["u", "v"], 0.3), below("s", 0.5)))],
    ["above 1", above("s", 1)],
    ["below 0", below("s", 0)],
    ["two that dominate", and(dominates("r"), dominates("s"))],
    ["the largest below the mean", and(dominates("r"), below("r", 0.25, true))],
    ["the largest beside half", and(dominates("r"), above("s", 0.5, true))],
    ["and its opposite", and(dominates("r"), not(dominates("r")))],
    ["missing and there", and(missing("a"), not(missing("a")))],
    ["the largest, and less than another", and(dominates("s"), and(above("r", 0.4), below("s", 0.4)))],
    ["more than each, of which one is more than half", and(dominates("u", "v"), above("r", 0.5, true))],
    [
      "the largest beside two of a third each",
      and(dominates("s"), and(above("r", 1 / 3, true), above("u", 1 / 3, true))),
    ],
    [
      "two kinds that each leave too little for the other",
      and(dominates("r"), and(dominates("u", "v"), below("r", 0))),
    ],
  ])("%s", (_, condition) => {
    expect(canHold(condition, two)).toBe(false);
    expect(alwaysHolds(not(condition), two)).toBe(true);
  });

  it("are those that ask for what is never missing", () => {
    const facts = { components, optional: new Set(["b"]) };
    expect(canHold(missing("a"), facts)).toBe(false);
    expect(canHold(missing("b"), facts)).toBe(true);
    expect(alwaysHolds(not(missing("a")), facts)).toBe(true);
    expect(implies(and(missing("a"), above("s", 0.5)), below("r", 0.1), facts)).toBe(true);
    expect(canHold(or(missing("a"), dominates("s")), facts)).toBe(true);
  });

  it("hold at the ends that are part of them", () => {
    expect(canHold(and(above("r", 0.6, true), above("s", 0.4, true)), two)).toBe(true);
    expect(
      canHold(and(below("r", 0.1, true), and(below(["u", "v"], 0.2, true), below("s", 0.7, true))), two),
    ).toBe(true);
    expect(canHold(and(dominates("u", "v"), dominates("s")), two)).toBe(true);
    expect(canHold(above("s", 1, true), two)).toBe(true);
  });

  it("imply others", () => {
    expect(implies(above("s", 0.6), above("s", 0.5), two)).toBe(true);
    expect(implies(above("s", 0.5), above("s", 0.6), two)).toBe(false);
    expect(implies(above("s", 0.5), dominates("s"), two)).toBe(true);
    expect(implies(above("s", 0.5, true), dominates("s"), two)).toBe(false);
    expect(implies(above("u", 0.3), above(["u", "v"], 0.2), two)).toBe(true);
    expect(implies(missing("a"), or(missing("a"), dominates("s")), two)).toBe(true);
    expect(implies(missing("a"), missing("b"), two)).toBe(false);
  });

  it("know that the only share is all there is", () => {
    const one = { components: [component("u")] };
    expect(alwaysHolds(dominates("u"), one)).toBe(true);
    expect(alwaysHolds(above("u", 0.9), one)).toBe(true);
    expect(canHold(below("u", 1), one)).toBe(false);
  });

  it("of many alternatives count as possible", () => {
    const either = or(or(above("r", 0.5), above("s", 0.5)), above("u", 0.5));
    const many = Array.from({ length: 20 }, () => either).reduce(and);
    expect(canHold(and(many, above("s", 1)), two)).toBe(true);
  });
});

/** Whether shares, in tenths, fulfil a condition as it is written. */
function holds(condition: ConditionIr, tenths: Record<string, number>, gone: readonly string[]): boolean {
  const share = (ids: readonly string[]) => ids.reduce((sum, id) => sum + (tenths[id] as number), 0);
  switch (condition.kind) {
    case "above":
    case "below": {
      const difference = share(condition.components) - Math.round(10 * condition.threshold);
      const signed = condition.kind === "above" ? difference : -difference;
      return condition.orEqual ? signed >= 0 : signed > 0;
    }
    case "dominates":
      return Object.keys(tenths)
        .filter((id) => !condition.components.includes(id))
        .every((id) => share(condition.components) > (tenths[id] as number));
    case "missing":
      return gone.includes(condition.modality);
    case "not":
      return !holds(condition.operand, tenths, gone);
    case "and":
      return holds(condition.left, tenths, gone) && holds(condition.right, tenths, gone);
    case "or":
      return holds(condition.left, tenths, gone) || holds(condition.right, tenths, gone);
  }
}

/** Whether a sample fulfils a condition, or its opposite, with so much to spare where a border belongs to it, and clearly where it doesn't. */
function fulfils(condition: ConditionIr, sample: Example, wanted: boolean, spare: number): boolean {
  const share = (ids: readonly string[]) => ids.reduce((sum, id) => sum + (sample.shares[id] as number), 0);
  const beyond = (difference: number, strict: boolean) =>
    strict ? difference > Math.max(0, spare) : difference >= spare;
  switch (condition.kind) {
    case "above":
    case "below": {
      const up = (condition.kind === "above") === wanted;
      const difference = share(condition.components) - condition.threshold;
      return beyond(up ? difference : -difference, condition.orEqual !== wanted);
    }
    case "dominates": {
      const differences = Object.keys(sample.shares)
        .filter((id) => !condition.components.includes(id))
        .map((id) => share(condition.components) - share([id]));
      return wanted
        ? differences.every((difference) => beyond(difference, true))
        : differences.some((difference) => beyond(-difference, false));
    }
    case "missing":
      return sample.missing.includes(condition.modality) === wanted;
    case "not":
      return fulfils(condition.operand, sample, !wanted, spare);
    case "and":
    case "or": {
      const both = [condition.left, condition.right].map((one) => fulfils(one, sample, wanted, spare));
      return (condition.kind === "and") === wanted ? both.every(Boolean) : both.some(Boolean);
    }
  }
}

function demandsOf(condition: ConditionIr): number {
  if (condition.kind === "not") return demandsOf(condition.operand);
  if (condition.kind !== "and" && condition.kind !== "or") return 1;
  return demandsOf(condition.left) + demandsOf(condition.right);
}

/** All shares of `components` in tenths. */
function everyShares(ids: readonly string[], left = 10): Record<string, number>[] {
  const [id = "", ...rest] = ids;
  if (rest.length === 0) return [{ [id]: left }];
  return Array.from({ length: left + 1 }, (_, own) => own).flatMap((own) =>
    everyShares(rest, left - own).map((others) => ({ [id]: own, ...others })),
  );
}

describe("what is told of conditions", () => {
  const share = fc.constantFrom(["r"], ["u"], ["v"], ["s"], ["u", "v"]);
  const tenth = fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10);
  const { condition } = fc.letrec<{ condition: ConditionIr }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3 },
      fc.record({
        kind: fc.constantFrom("above" as const, "below" as const),
        components: share,
        threshold: tenth,
        orEqual: fc.boolean(),
      }),
      share.map((components) => dominates(...components)),
      fc.constantFrom("a", "b").map(missing),
      tie("condition").map(not),
      fc.tuple(tie("condition"), tie("condition")).map(([left, right]) => and(left, right)),
      fc.tuple(tie("condition"), tie("condition")).map(([left, right]) => or(left, right)),
    ),
  }));
  const points = everyShares(["r", "u", "v", "s"]).flatMap((tenths) =>
    [[], ["a"], ["b"], ["a", "b"]].map((gone) => ({ tenths, gone })),
  );

  /** A sample whose shares are drawn evenly from all that there are. */
  const drawn = fc
    .tuple(
      fc.tuple(...components.map(() => fc.double({ min: 1e-6, max: 1, noNaN: true }))),
      fc.subarray(["a", "b"]),
    )
    .map(([uniform, missing]): Example => {
      const parts = uniform.map((value) => -Math.log(value) + 1e-12);
      const total = parts.reduce((a, b) => a + b, 0);
      return {
        shares: Object.fromEntries(components.map(({ id }, i) => [id, (parts[i] as number) / total])),
        missing,
      };
    });

  it("is shown by an example where something can hold, and refuted by no sample where nothing can", () => {
    fc.assert(
      fc.property(condition, fc.array(drawn, { minLength: 20, maxLength: 20 }), (one, samples) => {
        const example = exampleOf(one, two);
        if (example === undefined) {
          // So few demands never have too many alternatives.
          if (demandsOf(one) <= 4) expect(canHold(one, two)).toBe(false);
          if (!canHold(one, two))
            expect(samples.some((sample) => fulfils(one, sample, true, 1e-6))).toBe(false);
          return;
        }
        expect(canHold(one, two)).toBe(true);
        const shares = Object.values(example.shares);
        expect(shares.every((share) => share >= 0)).toBe(true);
        expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        expect(fulfils(one, example, true, -1e-9), JSON.stringify(example)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("is never refuted by shares", () => {
    fc.assert(
      fc.property(condition, condition, (first, second) => {
        const found = points.map(({ tenths, gone }) => [
          holds(first, tenths, gone),
          holds(second, tenths, gone),
        ]);
        if (found.some(([one]) => one)) expect(canHold(first, two)).toBe(true);
        if (found.some(([one]) => !one)) expect(alwaysHolds(first, two)).toBe(false);
        if (found.some(([one, other]) => one && !other)) expect(implies(first, second, two)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
