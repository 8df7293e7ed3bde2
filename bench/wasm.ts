/**
 * How much faster learning is on wasm with the corrected gradients, in one run: `npx tsx bench/wasm.ts`. What the published gradients can't do
 * at all (convolutions) is held against im2col and a matrix product.
 */
import * as tf from "@tensorflow/tfjs";
import Table from "cli-table3";
import { openEngine } from "../runtime/engines/index.js";

const published = { ...tf.getGradient("BatchMatMul") };
await openEngine("wasm");
const corrected = { ...tf.getGradient("BatchMatMul") };

function use(gradient: typeof published): void {
  tf.unregisterGradient("BatchMatMul");
  tf.registerGradient(gradient);
}

/** Milliseconds of the fastest of several runs. */
function fastest(run: () => void, runs = 5): number {
  run();
  return Math.min(
    ...Array.from({ length: runs }, () => {
      const begin = performance.now();
      run();
      return performance.now() - begin;
    }),
  );
}

function mlpStep(): () => void {
  const widths = [200, 512, 512, 10];
  const weights = widths
    .slice(1)
    .map((units, i) => tf.variable(tf.randomNormal([widths[i] as number, units], 0, 0.05)));
  const x = tf.randomNormal([256, 200]);
  const optimizer = tf.train.adam(1e-3);
  return () =>
    tf.tidy(() => {
      optimizer.minimize(
        () =>
          tf.mean(
            tf.square(
              weights.reduce(
                (h, w) => tf.relu(tf.matMul(h as tf.Tensor2D, w as tf.Variable<tf.Rank.R2>)),
                x as tf.Tensor,
              ),
            ),
          ),
        false,
        weights,
      );
      weights[0]?.dataSync();
    });
}

function columns(x: tf.Tensor4D): tf.Tensor2D {
  const [batch, height, width, channels] = x.shape;
  const around = tf.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const shifted = Array.from({ length: 9 }, (_, i) =>
    tf.slice(around, [0, Math.floor(i / 3), i % 3, 0], [batch, height, width, channels]),
  );
  return tf.reshape(tf.concat(shifted, 3), [-1, 9 * channels]);
}

function convStep(convolve: (x: tf.Tensor4D, kernel: tf.Variable) => tf.Tensor): () => void {
  const x = tf.randomNormal([64, 14, 14, 16]) as tf.Tensor4D;
  const kernel = tf.variable(tf.randomNormal([3, 3, 16, 32]));
  return () =>
    tf.tidy(() => {
      const { grads } = tf.variableGrads(
        () => tf.mean(tf.square(convolve(x, kernel))) as tf.Scalar,
        [kernel],
      );
      Object.values(grads)[0]?.dataSync();
    });
}

const table = new Table({
  head: ["step", "rival, ms", "mmspec, ms", "times faster"],
  style: { head: [], border: [] },
});
const row = (name: string, rival: number, ours: number) =>
  table.push([name, rival.toFixed(1), ours.toFixed(1), (rival / ours).toFixed(1)]);
use(published);
const slow = fastest(mlpStep());
use(corrected);
row("perceptron 200-512-512-10, batch 256; as published", slow, fastest(mlpStep()));
row(
  "convolution 3 x 3, 16 to 32 channels, batch 64; im2col",
  fastest(convStep((x, kernel) => tf.matMul(columns(x), tf.reshape(kernel, [9 * 16, 32]) as tf.Tensor2D))),
  fastest(convStep((x, kernel) => tf.conv2d(x, kernel as tf.Variable<tf.Rank.R4>, 1, "same"))),
);
console.log(table.toString());
