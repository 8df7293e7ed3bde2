import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { size } from "../../runtime/data/size.js";
import { openEngine } from "../../runtime/engines/index.js";

beforeAll(async () => {
  await openEngine("wasm");
});

const filled = (shape: number[], seed: number) =>
  Float32Array.from({ length: size(shape) }, (_, i) => Math.sin(seed + 1.7 * i));

/** The product of two stacks of matrices, number by number; a stack of one is for all. */
function expected(a: Float32Array, b: Float32Array, [countA, countB, m, k, n]: number[]): number[] {
  const [rows, inner, columns] = [m, k, n] as [number, number, number];
  return Array.from({ length: Math.max(countA as number, countB as number) }, (_, i) => {
    const [x, y] = [countA === 1 ? 0 : i * rows * inner, countB === 1 ? 0 : i * inner * columns];
    return Array.from({ length: rows * columns }, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      let sum = 0;
      for (let j = 0; j < inner; j++)
        sum += (a[x + row * inner + j] as number) * (b[y + j * columns + column] as number);
      return sum;
    });
  }).flat();
}

function check(counts: [number, number], m: number, k: number, n: number): void {
  const [countA, countB] = counts;
  const [a, b] = [filled([countA, m, k], 1), filled([countB, k, n], 2)];
  const before = tf.memory().numTensors;
  const product = tf.tidy(() => [
    ...tf.matMul(tf.tensor(a, [countA, m, k]), tf.tensor(b, [countB, k, n])).dataSync(),
  ]);
  expect(tf.memory().numTensors).toBe(before);
  const exact = expected(a, b, [countA, countB, m, k, n]);
  expect(product).toHaveLength(exact.length);
  product.forEach((value, i) => expect(Math.abs(value - (exact[i] as number))).toBeLessThan(1e-4));
}

describe("products of matrices on wasm", () => {
  it("are those of any sizes, batches and stacks of one", () => {
    const few = fc.integer({ min: 1, max: 19 });
    const counts = fc
      .integer({ min: 1, max: 3 })
      .chain((count) => fc.constantFrom([count, count], [1, count], [count, 1]));
    fc.assert(
      fc.property(counts, few, few, few, (pair, m, k, n) => check(pair as [number, number], m, k, n)),
      { numRuns: 200 },
    );
  });

  it("are those of large ones, whose columns are laid end to end", () => {
    for (const [m, k, n] of [
      [16, 512, 32],
      [17, 400, 41],
      [30, 129, 130],
    ] as const) {
      check([1, 1], m, k, n);
      check([2, 2], m, k, n);
    }
  });
});
