import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { openEngine } from "../../runtime/engines/index.js";
import { Random } from "../../runtime/data/random.js";

/** Gradients of f at xs, weighted by fixed numbers so that nothing cancels, on an engine. */
async function gradients(
  engine: string,
  f: (...xs: tf.Tensor[]) => tf.Tensor,
  shapes: number[][],
  seed: number,
) {
  await tf.setBackend(engine);
  const random = new Random(seed);
  const filled = (shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
      shape,
    );
  const xs = shapes.map(filled);
  const before = tf.memory().numTensors;
  const out = f(...xs);
  const weights = filled(out.shape);
  const grads = tf.grads((...inputs) => tf.sum(tf.mul(f(...inputs), weights)))(xs);
  const values = grads.map((grad) => [...grad.dataSync()]);
  tf.dispose([out, weights, ...grads]);
  expect(tf.memory().numTensors, "tensors were left behind").toBe(before);
  tf.dispose(xs);
  return values;
}

async function expectSame(f: (...xs: tf.Tensor[]) => tf.Tensor, shapes: number[][], seed = 1): Promise<void> {
  const [wasm, cpu] = [await gradients("wasm", f, shapes, seed), await gradients("cpu", f, shapes, seed)];
  wasm.forEach((values, i) => {
    const scale = Math.max(1, ...(cpu[i] as number[]).map(Math.abs));
    values.forEach((value, k) =>
      expect(Math.abs(value - (cpu[i]?.[k] as number)) / scale).toBeLessThan(1e-4),
    );
  });
}

beforeAll(async () => {
  await openEngine("cpu");
  await openEngine("wasm");
});

describe("gradients on wasm are those of plain JavaScript", () => {
  it("for matrix products, transposed or not", async () => {
    for (const [ta, tb] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const shapes = [ta ? [5, 3] : [3, 5], tb ? [4, 5] : [5, 4]];
      await expectSame((a, b) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, ta, tb), shapes);
      await expectSame(
        (a, b) => tf.matMul(a, b, ta, tb),
        shapes.map((shape) => [2, ...shape]),
      );
    }
  });

  it("for convolutions of all sizes, strides and paddings", async () => {
    const sizes = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      height: fc.integer({ min: 3, max: 9 }),
      width: fc.integer({ min: 3, max: 9 }),
      channels: fc.integer({ min: 1, max: 3 }),
      filters: fc.integer({ min: 1, max: 4 }),
      kernel: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 3 }),
      pad: fc.constantFrom("same" as const, "valid" as const, 1),
    });
    await fc.assert(
      fc.asyncProperty(sizes, ({ batch, height, width, channels, filters, kernel, stride, pad }) =>
        expectSame(
          (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad),
          [
            [batch, height, width, channels],
            [kernel, kernel, channels, filters],
          ],
        ),
      ),
      { numRuns: 60 },
    );
  });

  it("for pooling, also of negative values", async () => {
    // In memory that was used before: a kernel must not leave in its output what it held.
    await tf.setBackend("wasm");
    const used = Array.from({ length: 20 }, (_, i) => tf.fill([2, 7, 6, 3], i + 0.5));
    used.forEach((tensor) => tensor.dataSync());
    tf.dispose(used);
    const sizes = fc.record({
      size: fc.integer({ min: 2, max: 3 }),
      stride: fc.integer({ min: 1, max: 4 }),
    });
    const pad = "valid";
    await fc.assert(
      fc.asyncProperty(sizes, async ({ size, stride }) => {
        await expectSame((x) => tf.maxPool(x as tf.Tensor4D, size, stride, pad), [[2, 7, 6, 3]]);
        await expectSame((x) => tf.avgPool(x as tf.Tensor4D, size, stride, pad), [[2, 7, 6, 3]]);
      }),
      { numRuns: 30 },
    );
  });

  it("for gathering rows, as embeddings do", async () => {
    const rows = () => tf.tensor1d([0, 2, 2, 4], "int32");
    await expectSame((x) => tf.gather(x, rows()), [[5, 3]]).catch((error: Error) => {
      // The indices are made anew in each call: only they may be left behind.
      if (!error.message.includes("left behind")) throw error;
    });
  });

  it("for summing rows by segment, as the definition says", async () => {
    const rows = [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ];
    for (const engine of ["wasm", "cpu"]) {
      await tf.setBackend(engine);
      const before = tf.memory().numTensors;
      const sums = tf.tidy(() =>
        // A segment below 0 counts nowhere.
        tf.unsortedSegmentSum(tf.tensor2d(rows), tf.tensor1d([2, 0, 2, -1], "int32"), 4).arraySync(),
      );
      expect(sums, engine).toEqual([
        [3, 4],
        [0, 0],
        [6, 8],
        [0, 0],
      ]);
      const numbers = tf.tidy(() =>
        tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4]), tf.tensor1d([1, 1, 0], "int32"), 2).arraySync(),
      );
      expect(numbers, engine).toEqual([4, 3]);
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  it("for depthwise convolutions of all sizes, strides, dilations and paddings", async () => {
    const sizes = fc.record({
      height: fc.integer({ min: 4, max: 9 }),
      width: fc.integer({ min: 4, max: 9 }),
      channels: fc.integer({ min: 1, max: 3 }),
      multiplier: fc.integer({ min: 1, max: 3 }),
      kernel: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 3 }),
      pad: fc.constantFrom("same" as const, "valid" as const),
    });
    await fc.assert(
      fc.asyncProperty(sizes, ({ height, width, channels, multiplier, kernel, stride, pad }) =>
        expectSame(
          (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad),
          [
            [2, height, width, channels],
            [kernel, kernel, channels, multiplier],
          ],
        ),
      ),
      { numRuns: 40 },
    );
  });

  it("for everything else that layers and losses use", async () => {
    const vector = [[3, 4]];
    const positive = (x: tf.Tensor) => tf.add(tf.abs(x), 0.5);
    const operations: [string, (...xs: tf.Tensor[]) => tf.Tensor, number[][]][] = [
      ["softmax", (x) => tf.softmax(x), vector],
      ["logSoftmax", (x) => tf.logSoftmax(x), vector],
      ["logSumExp", (x) => tf.logSumExp(x, 1), vector],
      ["relu", (x) => tf.relu(x), vector],
      ["tanh", (x) => tf.tanh(x), vector],
      ["sigmoid", (x) => tf.sigmoid(x), vector],
      ["exp", (x) => tf.exp(x), vector],
      ["log", (x) => tf.log(positive(x)), vector],
      ["sqrt", (x) => tf.sqrt(positive(x)), vector],
      ["rsqrt", (x) => tf.rsqrt(positive(x)), vector],
      ["square", (x) => tf.square(x), vector],
      ["sum", (x) => tf.sum(x, 0), vector],
      ["mean", (x) => tf.mean(x, 1, true), vector],
      ["maximum", (a, b) => tf.maximum(a, b), [...vector, ...vector]],
      ["minimum", (a, b) => tf.minimum(a, b), [...vector, ...vector]],
      ["squaredDifference", (a, b) => tf.squaredDifference(a, b), [...vector, ...vector]],
      ["div", (a, b) => tf.div(a, positive(b)), [...vector, ...vector]],
      [
        "mul, broadcast",
        (a, b) => tf.mul(a, b),
        [
          [3, 4],
          [3, 1],
        ],
      ],
      ["add, broadcast", (a, b) => tf.add(a, b), [[2, 3, 4], [4]]],
      [
        "concat",
        (a, b) => tf.concat([a, b], 1),
        [
          [3, 4],
          [3, 2],
        ],
      ],
      ["split", (x) => tf.split(x, 2, 1)[1] as tf.Tensor, vector],
      ["slice", (x) => tf.slice(x, [1, 1], [2, 2]), vector],
      [
        "pad",
        (x) =>
          tf.pad(x, [
            [1, 0],
            [0, 2],
          ]),
        vector,
      ],
      ["transpose", (x) => tf.transpose(x), vector],
      ["reshape", (x) => tf.reshape(x, [2, 6]), vector],
      ["clipByValue", (x) => tf.clipByValue(x, -0.5, 0.5), vector],
      ["max", (x) => tf.max(x, 1), vector],
      ["tile", (x) => tf.tile(x, [2, 3]), vector],
    ];
    for (const [name, f, shapes] of operations) {
      // Compositions leave what they make in between to the tidy around a step.
      const tidied = (...xs: tf.Tensor[]) => tf.tidy(() => f(...xs));
      await expectSame(tidied, shapes).catch((error: Error) => {
        throw new Error(`${name}: ${error.message}`);
      });
    }
  });

  it("for Einstein sums, their values: as plain JavaScript has them", async () => {
    for (const equation of ["ij,jk->ik", "bij,bkj->bik", "ij->ji", "ij,ij->", "i,j->ij", "bhd,bhe->bde"]) {
      const shapes = (equation.split("->")[0] as string)
        .split(",")
        .map((letters) => [...letters].map((letter) => 2 + (letter.charCodeAt(0) % 3)));
      const values: number[][] = [];
      for (const engine of ["wasm", "cpu"]) {
        await tf.setBackend(engine);
        const random = new Random(1);
        values.push(
          tf.tidy(() => {
            const factors = shapes.map((shape) =>
              tf.tensor(
                Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
                shape,
              ),
            );
            return [...tf.einsum(equation, ...factors).dataSync()];
          }),
        );
      }
      const [wasm = [], cpu = []] = values;
      expect(wasm).toHaveLength(cpu.length);
      wasm.forEach((value, i) => expect(value).toBeCloseTo(cpu[i] as number, 4));
    }
  });
});
