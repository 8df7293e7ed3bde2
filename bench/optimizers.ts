/**
 * How long Adam takes for one step of a model with many arrays, TensorFlow.js's own and ours, in turns: `npx tsx bench/optimizers.ts [ENGINE]`.
 * The arrays are those of the model of examples/digits.mmspec. Processor time, so that other processes matter less.
 */
import * as tf from "@tensorflow/tfjs-core";
import Table from "cli-table3";
import { openEngine, type EngineName } from "../runtime/engines/index.js";
import { adam } from "../runtime/learning/optimizers.js";
import { applyGradients } from "../runtime/learning/step.js";
import { Digits } from "../test/golden/digits/model.js";

await openEngine((process.argv[2] ?? "wasm") as EngineName);
const weights = new Digits().parameters.select();
const named = weights.map(({ name, shape }) => ({ name, tensor: tf.randomNormal(shape) as tf.Tensor }));
const gradients = Object.fromEntries(named.map(({ name, tensor }) => [name, tensor]));
const published = tf.train.adam(1e-3);
const ours = adam({ learningRate: 1e-3 });
const runs: Record<string, () => void> = {
  "TensorFlow.js's Adam": () => published.applyGradients(named),
  ours: () => applyGradients(ours, weights, gradients),
};

const times = new Map(Object.keys(runs).map((name) => [name, [] as number[]]));
for (let turn = 0; turn < 200; turn++) {
  for (const [name, run] of Object.entries(runs)) {
    const begin = process.cpuUsage();
    run();
    weights.at(-1)?.dataSync();
    const { user, system } = process.cpuUsage(begin);
    times.get(name)?.push((user + system) / 1000);
  }
}
const table = new Table({ head: ["optimizer", "a step, median, ms"], style: { head: [], border: [] } });
for (const [name, all] of times) {
  const median = all.sort((a, b) => a - b)[all.length >> 1] as number;
  table.push([name, median.toFixed(2)]);
}
console.log(`${weights.length} arrays, ${weights.reduce((sum, { size }) => sum + size, 0)} weights`);
console.log(table.toString());
