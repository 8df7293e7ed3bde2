import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { openEngine } from "../../runtime/engines/index.js";

beforeAll(() => openEngine("wasm"));

/** A shape, an axis and the sizes of the pieces along it. */
const cuts = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.integer({ min: -shape.length, max: shape.length - 1 })))
  .chain(([shape, axis]) => {
    const length = shape.at(axis) as number;
    return fc.record({
      shape: fc.constant(shape),
      axis: fc.constant(axis),
      bounds: fc.array(fc.integer({ min: 0, max: length }), { maxLength: 3 }),
    });
  })
  .map(({ shape, axis, bounds }) => {
    const ends = [...bounds.sort((a, b) => a - b), shape.at(axis) as number];
    return { shape, axis, sizes: ends.map((end, i) => end - (ends[i - 1] ?? 0)) };
  });

describe("pieces on wasm", () => {
  it.each(["float32", "int32", "bool"] as const)("are those of the cpu engine: %s", async (dtype) => {
    await fc.assert(
      fc.asyncProperty(cuts, async ({ shape, axis, sizes }) => {
        const length = shape.reduce((a, b) => a * b, 1);
        const values = Array.from({ length }, (_, i) => (dtype === "bool" ? (i % 3) & 1 : i));
        const taken: object[] = [];
        for (const engine of ["wasm", "cpu"]) {
          await tf.setBackend(engine);
          tf.tidy(() => {
            const x = tf.tensor(values, shape, dtype);
            const pieces = [...tf.split(x, sizes, axis), ...tf.unstack(x, axis)];
            taken.push(pieces.map((piece) => [piece.dtype, piece.shape, [...piece.dataSync()]]));
          });
        }
        expect(taken[0]).toEqual(taken[1]);
      }),
    );
  });

  it("leave nothing behind", async () => {
    await tf.setBackend("wasm");
    const x = tf.ones([4, 6]);
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      tf.split(x, 3, 1);
      tf.unstack(x, 0);
    });
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });
});
