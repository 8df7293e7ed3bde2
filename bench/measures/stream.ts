/**
 * Reads a stream of samples of the LSMI code's Gaussian pair with an lsmi that was fitted once, in blocks, and tells how much memory that
 * takes: `node --expose-gc --import tsx bench/measures/stream.ts [samples, 1000000] [classes, 10]`.
 */
import { gaussianPair } from "../../runtime/data/index.js";
import { openEngine } from "../../runtime/engines/index.js";
import { fitLsmi, type View } from "../../runtime/measures/index.js";

const block = 10_000;
const [samples = 1_000_000, classes = 10] = process.argv.slice(2).map(Number);
const { name, detail } = await openEngine();
console.log(`engine ${name}: ${detail}`);
const views = (n: number, seed: number) => {
  const pair = gaussianPair({ classes, samples: n, seed });
  const view = (values: Float32Array): View => ({ values, width: classes });
  return { x1: view(pair.x1), x2: view(pair.x2), labels: pair.labels };
};
const learned = views(20_000, 1);
const begin = performance.now();
const model = await fitLsmi(learned.x1, learned.x2, learned.labels, classes);
console.log(`fitted to 20000 samples in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
let [reading, redundancy] = [0, 0];
for (let done = 0; done < samples; done += block) {
  const { x1, x2, labels } = views(Math.min(block, samples - done), 2 + done / block);
  const from = performance.now();
  const { r } = await model.read(x1, x2, labels);
  reading += performance.now() - from;
  redundancy += r.reduce((sum, value) => sum + value, 0);
  if ((done / block) % 10 === 9 || done === 0) {
    globalThis.gc?.();
    const { rss, arrayBuffers } = process.memoryUsage();
    const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
    console.log(`${done + block} read: ${mebibytes(rss)} resident, ${mebibytes(arrayBuffers)} in arrays`);
  }
}
console.log(
  `${samples} samples read in ${(reading / 1000).toFixed(1)} s; mean redundancy ${(redundancy / samples).toFixed(3)} nats`,
);
model.dispose();
