import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { openEngine } from "../../runtime/engines/index.js";
import { size } from "../../runtime/data/size.js";

beforeAll(async () => {
  await openEngine("wasm");
});

const filled = (shape: readonly number[], seed: number) =>
  Float32Array.from({ length: size(shape) }, (_, i) => Math.fround(Math.sin(seed + 1.7 * i)));
const few = fc.integer({ min: 1, max: 21 });

describe("WebAssembly of our own", () => {
  it.each(["max-pool", "product", "sum", "transpose"])("of %s is what its .mjs tells", (name) => {
    const made = join(mkdtempSync(join(tmpdir(), "mmspec-simd-")), `${name}.ts`);
    execFileSync(process.execPath, [`runtime/engines/simd/${name}.mjs`, made]);
    expect(readFileSync(`runtime/engines/simd/${name}.ts`, "utf8")).toBe(readFileSync(made, "utf8"));
  });

  it("exchanges the last two axes of any sizes, and of both types", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), few, few, fc.boolean(), (batch, rows, columns, whole) => {
        const values = filled([batch, rows, columns], 1).map((value) =>
          whole ? Math.round(9 * value) + 0 : value,
        );
        const type = whole ? "int32" : "float32";
        const found = tf.tidy(() =>
          tf.transpose(tf.tensor(values, [batch, rows, columns], type), [0, 2, 1]).dataSync(),
        );
        const exact = Array.from({ length: values.length }, (_, at) => {
          const [matrix, column, row] = [
            Math.floor(at / (rows * columns)),
            Math.floor(at / rows) % columns,
            at % rows,
          ];
          return values[(matrix * rows + row) * columns + column];
        });
        expect([...found]).toEqual(exact);
      }),
      { numRuns: 300 },
    );
  });

  it("adds rows up in float64, one after the other, as plain JavaScript would", () => {
    fc.assert(
      fc.property(few, few, fc.integer({ min: 1, max: 40 }), fc.boolean(), (count, rows, width, mean) => {
        const values = filled([count, rows, width], 2);
        const found = tf.tidy(() => {
          const x = tf.tensor3d(values, [count, rows, width]);
          return (mean ? tf.mean(x, 1) : tf.sum(x, 1)).dataSync();
        });
        // What no axis follows is left to the published kernel.
        if (width === 1) return;
        const exact = Array.from({ length: count * width }, (_, at) => {
          let sum = 0;
          for (let row = 0; row < rows; row++)
            sum += values[(Math.floor(at / width) * rows + row) * width + (at % width)] as number;
          return Math.fround(mean ? sum * (1 / rows) : sum);
        });
        expect([...found]).toEqual(exact);
      }),
      { numRuns: 300 },
    );
  });

  it("gives the gradient of each window to the first of its largest", () => {
    const side = fc.integer({ min: 2, max: 9 });
    fc.assert(
      fc.property(
        few,
        side,
        side,
        fc.integer({ min: 2, max: 3 }),
        few,
        (count, height, width, window, channels) => {
          fc.pre(height >= window && width >= window);
          const shape = [count, height, width, channels] as [number, number, number, number];
          // Few different values, so that several are the largest.
          const values = filled(shape, 3).map((value) => Math.round(3 * value) - 2);
          const [down, across] = [Math.floor(height / window), Math.floor(width / window)];
          const dy = filled([count, down, across, channels], 4);
          const found = tf.tidy(() =>
            tf
              .grad((x) => tf.maxPool(x as tf.Tensor4D, window, window, "valid"))(
                tf.tensor4d(values, shape),
                tf.tensor4d(dy, [count, down, across, channels]),
              )
              .dataSync(),
          );
          const exact = new Float32Array(values.length);
          dy.forEach((gradient, at) => {
            const channel = at % channels;
            const x = Math.floor(at / channels) % across;
            const y = Math.floor(at / (channels * across)) % down;
            const picture = Math.floor(at / (channels * across * down));
            const pixels = Array.from({ length: window ** 2 }, (_, p) => {
              const row = picture * height + y * window + Math.floor(p / window);
              return (row * width + x * window + (p % window)) * channels + channel;
            });
            const largest = Math.max(...pixels.map((pixel) => values[pixel] as number));
            exact[pixels.find((pixel) => values[pixel] === largest) as number] = gradient;
          });
          expect(found).toEqual(exact);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("keeps what it is asked to make the type that it has", () => {
    const x = tf.tensor1d([1.5, 2]);
    const before = tf.memory();
    const y = tf.tidy(() => tf.engine().runKernel("Cast", { x }, { dtype: "float32" }) as tf.Tensor);
    expect([...y.dataSync()]).toEqual([1.5, 2]);
    x.dispose();
    expect([...y.dataSync()]).toEqual([1.5, 2]);
    y.dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors - 1);
  });
});
