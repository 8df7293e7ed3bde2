import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packColumns, unpackColumns } from "../../report/content.js";
import { compass, ternary } from "../../report/figures/layouts.js";
import {
  correlation,
  histogram,
  meansByQuantile,
  quantiles,
  wilson,
} from "../../report/figures/statistics.js";
import { compositionOf, headline } from "../../report/headline.js";

const pure = {
  r: Float32Array.of(1, 0, 0, 0, 0.5, -1),
  u1: Float32Array.of(0, 2, 0, 0, 0.5, 0),
  u2: Float32Array.of(0, 0, 3, 0, 0.5, 0),
  s: Float32Array.of(0, 0, 0, 4, 0.5, -2),
};

describe("columns", () => {
  it("come back as they were packed, whatever their lengths", () => {
    const column = fc.oneof(
      fc.uint8Array({ maxLength: 9 }),
      fc.int32Array({ maxLength: 9 }),
      fc.float32Array({ maxLength: 9 }),
    );
    fc.assert(
      fc.property(fc.array(column, { maxLength: 6 }), (list) => {
        const columns = list.map((values, i) => ({ name: `${i}`, values }));
        const { places, bytes } = packColumns(columns);
        const unpacked = unpackColumns(places, bytes);
        for (const { name, values } of columns) expect(unpacked.get(name)).toEqual(values);
      }),
    );
  });
});

describe("composition", () => {
  it("is the ratio of means, adds up to 1, and leaves out what was not measured", () => {
    const columns = { r: [1, 3, NaN], u1: [0, 0, NaN], u2: [1, -1, NaN], s: [2, 2, NaN] };
    const { samples, total, share, mean, lead } = compositionOf(columns);
    expect(samples).toBe(2);
    expect(total).toEqual({ mean: 4, error: 0 });
    expect(mean.r).toEqual({ mean: 2, error: 1 });
    expect(share.r.mean).toBe(0.5);
    // Deviations r - share * total are -1 and 1: standard error 1, over the total's mean 4.
    expect(share.r.error).toBeCloseTo(0.25, 12);
    expect(share.r.mean + share.u1.mean + share.u2.mean + share.s.mean).toBe(1);
    expect(lead).toBe(0);
    expect(compositionOf(columns, [1]).mean.r.mean).toBe(3);
  });

  it("has an error that is the spread of shares over draws", () => {
    let state = 1;
    const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const n = 400;
    const draw = () => {
      const values = () => Float64Array.from({ length: n }, () => uniform() * 2);
      return compositionOf({ r: values().map((v) => v * 2), u1: values(), u2: values(), s: values() });
    };
    const draws = Array.from({ length: 300 }, draw);
    const shares = draws.map(({ share }) => share.r.mean);
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
    const spread = Math.sqrt(shares.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (shares.length - 1));
    expect(draws[0]?.share.r.error).toBeGreaterThan(0.85 * spread);
    expect(draws[0]?.share.r.error).toBeLessThan(1.15 * spread);
  });

  it("is told in words that follow the numbers", () => {
    const many = (r: number, u1: number, u2: number, s: number) => {
      const noisy = (value: number) =>
        Array.from({ length: 200 }, (_, i) => value + 0.01 * Math.sin(i * (1 + value)));
      return compositionOf({ r: noisy(r), u1: noisy(u1), u2: noisy(u2), s: noisy(s) });
    };
    const names = { modalities: ["sound", "image"], target: "word" };
    expect(headline(many(3, 0.5, 0.3, 0.2), names).title).toMatch(
      /^Sound and image mostly tell the same about the word: 75\.0 ± 0\.\d % is redundant\.$/,
    );
    expect(headline(many(0.1, 0.1, 0.2, 3), names).title).toMatch(
      /^It mostly takes sound and image together to tell the word/,
    );
    expect(headline(many(0.2, 0.1, 3, -0.3), names)).toMatchObject({
      title: expect.stringMatching(/^What is told about the word, image mostly tells alone/) as string,
      detail: expect.stringMatching(
        /−10\.0 ± 0\.\d % takes both together \(synergy\): it misleads/,
      ) as string,
    });
    const nothing = compositionOf({ r: [1, -1, 1, -1], u1: [0, 0, 0, 0], u2: [0, 0, 0, 0], s: [0, 0, 0, 0] });
    expect(headline(nothing, names).title).toBe(
      "Sound and image tell nothing about the word that could be told from chance.",
    );
  });
});

describe("maps", () => {
  it("put a pure sample into its corner, an even one into the middle", () => {
    const { x, y } = compass(["sound", "image"]).place(pure);
    expect([...x]).toEqual([0, -1, 1, 0, 0, 0]);
    expect([...y]).toEqual([1, 0, 0, -1, 0, 0]);
    const triangle = ternary().place(pure);
    expect([triangle.x[0], triangle.y[0]]).toEqual([0, 1]);
    expect(triangle.x[1]).toBe(-1);
    expect(triangle.x[3]).toBe(1);
    expect(triangle.y[1]).toBe(triangle.y[3]);
  });

  it("keep every sample inside", () => {
    const value = fc.double({ min: -5, max: 5, noNaN: true });
    fc.assert(
      fc.property(value, value, value, value, (r, u1, u2, s) => {
        const { x, y } = compass(["a", "b"]).place({ r: [r], u1: [u1], u2: [u2], s: [s] });
        expect(Math.abs(x[0] as number) + Math.abs(y[0] as number)).toBeLessThanOrEqual(1 + 1e-6);
      }),
    );
  });
});

describe("statistics", () => {
  it("are those of the books", () => {
    // Wilson's 95 % interval of 8 in 10.
    expect(wilson(8, 10).low).toBeCloseTo(0.4902, 4);
    expect(wilson(8, 10).high).toBeCloseTo(0.9433, 4);
    expect(correlation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]).value).toBeCloseTo(0.8, 12);
    expect(quantiles([5, 1, 4, 2, 3], [0, 0.5, 1])).toEqual([1, 3, 5]);
    expect(meansByQuantile([1, 2, 3, 4], [0, 2, 4, 8], 2)).toMatchObject([
      { x: 1.5, mean: 1, error: 1, count: 2 },
      { x: 3.5, mean: 6, error: 2, count: 2 },
    ]);
  });

  it("count every value once, what lies outside at the ends", () => {
    expect(histogram([-9, 0.1, 0.6, 1, 9, NaN], [0, 1], 2).map(({ count }) => count)).toEqual([2, 3]);
  });
});
