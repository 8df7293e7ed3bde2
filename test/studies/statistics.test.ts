import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  closingShare,
  estimate,
  studentDistribution,
  studentQuantile,
} from "../../studies/results/statistics.js";

describe("Student's t", () => {
  it("has the closed forms of 1 and 2 degrees of freedom, and the tables' values of more", () => {
    expect(studentQuantile(0.975, 1)).toBeCloseTo(Math.tan(Math.PI * 0.475), 10);
    expect(studentQuantile(0.975, 2)).toBeCloseTo(0.95 * Math.sqrt(2 / (1 - 0.95 ** 2)), 10);
    expect(studentQuantile(0.975, 3)).toBeCloseTo(3.182446305284263, 10);
    expect(studentQuantile(0.975, 4)).toBeCloseTo(2.7764451051977987, 10);
    expect(studentQuantile(0.995, 9)).toBeCloseTo(3.2498355415921, 9);
    expect(studentQuantile(0.975, 30)).toBeCloseTo(2.0422724563012373, 9);
    expect(studentQuantile(0.5, 7)).toBeCloseTo(0, 12);
  });

  it("has the density's shape, and its quantile is its inverse", () => {
    const degrees = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(degrees, fc.double({ min: 0.01, max: 6, noNaN: true }), (nu, t) => {
        const slope = (at: number) =>
          (studentDistribution(at + 1e-5, nu) - studentDistribution(at - 1e-5, nu)) / 2e-5;
        const shape = (at: number) => (1 + at ** 2 / nu) ** (-(nu + 1) / 2);
        expect(slope(t) / slope(1)).toBeCloseTo(shape(t) / shape(1), 5);
        expect(studentDistribution(1e9, nu)).toBeCloseTo(1, 6);
        expect(studentQuantile(studentDistribution(t, nu), nu)).toBeCloseTo(t, 6);
      }),
    );
  });
});

describe("estimate", () => {
  it("is a mean with half the width of its interval", () => {
    const { mean, half, n } = estimate([1, 2, 3, 4, 5]);
    expect([mean, n]).toEqual([3, 5]);
    expect(half).toBeCloseTo(2.7764451051977987 * Math.sqrt(2.5 / 5), 9);
    expect(estimate([0.25])).toEqual({ mean: 0.25, half: NaN, n: 1 });
    expect(estimate([0.5, 0.5]).half).toBe(0);
  });

  it("covers the mean of normal values as often as it says", () => {
    // Exact for normal values: |mean| <= half where the t statistic is within its quantile.
    const pair = estimate([-1, 2]);
    expect(pair.half / (Math.sqrt(4.5) / Math.SQRT2)).toBeCloseTo(studentQuantile(0.975, 1), 9);
  });
});

describe("closingShare", () => {
  it("is 0 at the base, 1 at the best possible, exact between them", () => {
    const base = [0.5, 0.6, 0.55];
    const best = [0.8, 0.84, 0.82];
    const between = (share: number) => base.map((b, i) => b + share * ((best[i] as number) - b));
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (share) => {
        const found = closingShare(between(share), base, best);
        expect(found?.mean).toBeCloseTo(share, 9);
        expect(found?.half).toBeCloseTo(0, 9);
      }),
    );
  });

  it("is a ratio of sums, with the interval of a ratio estimator", () => {
    // Gains .1 and .3, distances .2 and .4: the share is .4 / .6, the rests ±.1 / 3.
    const found = closingShare([0.6, 0.8], [0.5, 0.5], [0.7, 0.9]);
    expect(found?.mean).toBeCloseTo(2 / 3, 12);
    const rest = 0.1 / 3;
    const half = (studentQuantile(0.975, 1) * Math.sqrt((2 * rest ** 2) / 1 / 2)) / 0.3;
    expect(found?.half).toBeCloseTo(half, 9);
  });

  it("tells nothing where there is hardly a distance", () => {
    expect(closingShare([0.99, 0.99], [0.985, 0.985], [0.99, 0.99])).toBeUndefined();
    expect(closingShare([0.6], [0.7], [0.6])).toBeUndefined();
    expect(closingShare([0.6], [0.5], [0.7])).toEqual({ mean: expect.closeTo(0.5, 9), half: NaN, n: 1 });
  });
});
