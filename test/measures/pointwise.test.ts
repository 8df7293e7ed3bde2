import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pointwise, toBits } from "../../runtime/measures/index.js";

/** All pairs of bits, once each. */
const a = [0, 0, 1, 1];
const b = [0, 1, 0, 1];

function bits(x1: number[], x2: number[], y: number[]): number[] {
  const { means } = pointwise(x1, x2, y);
  return [means.r, means.u1, means.u2, means.s].map(toBits);
}

describe("pointwise, of the logic gates in bits", () => {
  const and = a.map((x, i) => x & (b[i] as number));
  const xor = a.map((x, i) => x ^ (b[i] as number));
  const copy = a.map((x, i) => 2 * x + (b[i] as number));
  it.each([
    ["XOR", bits(a, b, xor), [0, 0, 0, 1]],
    ["AND", bits(a, b, and), [0.561278, -0.25, -0.25, 0.75]],
    ["RDN", bits([0, 1], [0, 1], [0, 1]), [1, 0, 0, 0]],
    ["UNQ", bits(a, b, a), [1, 0, -1, 1]],
    ["COPY", bits(a, b, copy), [1, 0, 0, 1]],
  ])("%s", (_name, found, exact) => {
    found.forEach((value, i) => expect(value).toBeCloseTo(exact[i] as number, 6));
  });

  it("counts samples by their weights", () => {
    const { means } = pointwise([0, 1, 1], [0, 1, 1], [0, 1, 1], [2, 1, 1]);
    expect(toBits(means.r)).toBeCloseTo(1, 9);
  });

  it("refuses lengths that differ, and nothing at all", () => {
    expect(() => pointwise([1], [1, 2], [1])).toThrow(RangeError);
    expect(() => pointwise([], [], [])).toThrow(RangeError);
  });

  it("adds up to what both tell, for any samples, and knows no order of the modalities", () => {
    const sample = fc.tuple(fc.nat(3), fc.nat(2), fc.nat(2));
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 60 }), (samples) => {
        const [x1, x2, y] = [0, 1, 2].map((k) => samples.map((s) => s[k] as number)) as [
          number[],
          number[],
          number[],
        ];
        const found = pointwise(x1, x2, y);
        const swapped = pointwise(x2, x1, y);
        samples.forEach((_, i) => {
          const sum =
            (found.r[i] as number) +
            (found.u1[i] as number) +
            (found.u2[i] as number) +
            (found.s[i] as number);
          expect(sum).toBeCloseTo(found.i12[i] as number, 9);
          expect((found.r[i] as number) + (found.u1[i] as number)).toBeCloseTo(found.i1[i] as number, 9);
          expect(swapped.u1[i]).toBeCloseTo(found.u2[i] as number, 9);
          expect(swapped.s[i]).toBeCloseTo(found.s[i] as number, 9);
        });
      }),
    );
  });
});
