import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { openEngine } from "../../runtime/engines/index.js";

beforeAll(() => openEngine("wasm"));

/** A shape, and a slice that lies in it. */
const slices = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 })
  .chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.tuple(...shape.map((size) => fc.integer({ min: 0, max: size - 1 }))),
      fc.tuple(...shape.map(() => fc.double({ min: 0, max: 1, noNaN: true }))),
    ),
  )
  .map(([shape, begin, share]) => ({
    shape,
    begin,
    size: shape.map((n, i) => Math.round((share[i] as number) * (n - (begin[i] as number)))),
  }));

describe("slices on wasm", () => {
  it.each(["float32", "int32", "bool"] as const)("are those of the cpu engine: %s", async (dtype) => {
    await fc.assert(
      fc.asyncProperty(slices, async ({ shape, begin, size }) => {
        const length = shape.reduce((a, b) => a * b, 1);
        const values = Array.from({ length }, (_, i) => (dtype === "bool" ? (i % 3) & 1 : i));
        const taken: { shape: number[]; values: number[] }[] = [];
        for (const engine of ["wasm", "cpu"]) {
          await tf.setBackend(engine);
          tf.tidy(() => {
            const slice = tf.slice(tf.tensor(values, shape, dtype), begin, size);
            expect(slice.dtype).toBe(dtype);
            taken.push({ shape: slice.shape, values: [...slice.dataSync()] });
          });
        }
        expect(taken[0]).toEqual(taken[1]);
      }),
    );
  });
});
