import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cosine, stepwise, warmup, type Schedule } from "../../runtime/index.js";

/** The factors of all steps of a stage. */
function factors(schedule: Schedule, epochs: number, epoch: number): number[] {
  const planned = epochs * epoch;
  return Array.from({ length: planned }, (_, taken) => schedule({ taken, planned, epoch }));
}

const stages = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 30 }));

describe("schedules", () => {
  it("cosine falls from 1 to 0, half way at one half", () => {
    expect(factors(cosine(), 2, 2).map((factor) => factor.toFixed(4))).toEqual([
      "1.0000",
      "0.8536",
      "0.5000",
      "0.1464",
    ]);
    fc.assert(
      fc.property(stages, ([epochs, epoch]) => {
        const all = factors(cosine(), epochs, epoch);
        expect(all[0]).toBe(1);
        all.slice(1).forEach((factor, i) => expect(factor).toBeLessThan(all[i] as number));
        const planned = epochs * epoch;
        expect(cosine()({ taken: planned, planned, epoch })).toBeCloseTo(0, 12);
      }),
    );
  });

  it("step multiplies after whole epochs", () => {
    const schedule = stepwise({ every: 2, factor: 0.5 });
    expect(factors(schedule, 5, 2)).toEqual([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });

  it("warmup grows evenly, and what comes after it counts from there", () => {
    expect(factors(warmup({ epochs: 2 }), 3, 2)).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
    const both = factors(warmup({ epochs: 2 }, cosine()), 6, 3);
    expect(both.slice(6)).toEqual(factors(cosine(), 4, 3));
  });

  it("a warmup longer than the stage never ends, and nothing is ever negative", () => {
    expect(factors(warmup({ epochs: 4 }, cosine()), 2, 1)).toEqual([0.25, 0.5]);
    fc.assert(
      fc.property(stages, fc.integer({ min: 1, max: 50 }), ([epochs, epoch], first) => {
        const all = factors(warmup({ epochs: first }, cosine()), epochs, epoch);
        for (const factor of all) expect(factor >= 0 && factor <= 1).toBe(true);
      }),
    );
  });
});
