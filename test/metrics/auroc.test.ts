import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { auroc } from "../../runtime/metrics/index.js";

describe("auroc", () => {
  it("is 1 when all positives score higher, 0 when none does, a half when nothing is told", () => {
    expect(auroc([3, 4], [1, 2])).toBe(1);
    expect(auroc([1, 2], [3, 4])).toBe(0);
    expect(auroc([1, 1], [1, 1, 1])).toBe(0.5);
    expect(auroc([], [1])).toBeNaN();
  });

  it("is the share of pairs in which the positive scores higher", () => {
    const scores = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        let wins = 0;
        for (const p of positives) for (const n of negatives) wins += p > n ? 1 : p === n ? 0.5 : 0;
        expect(auroc(positives, negatives)).toBeCloseTo(wins / (positives.length * negatives.length), 12);
      }),
    );
  });
});
