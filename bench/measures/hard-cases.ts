/**
 * Where lsmi is put to the test beyond the Gaussian pair: wide views (how long it takes), and synthetic data whose classes are
 * mixtures (how near it comes to the exact values): `npx tsx bench/measures/hard-cases.ts [samples]`. Folds are drawn once.
 * The seconds are the processor's, which other work on the machine changes less than those of a clock.
 */
import Table from "cli-table3";
import { exactInteractions, synthetic } from "../../runtime/data/index.js";
import { Random } from "../../runtime/data/random.js";
import { openEngine } from "../../runtime/engines/index.js";
import { lsmi, type SamplePid, type View } from "../../runtime/measures/index.js";
import { standardise } from "../../runtime/measures/standardise.js";

async function timed(x1: View, x2: View, labels: Int32Array, classes: number) {
  const begin = process.cpuUsage().user;
  const found = await lsmi(x1, x2, labels, classes, { repeats: 1 });
  return { found, seconds: ((process.cpuUsage().user - begin) / 1e6).toFixed(1) };
}

/** Two views like encodings: [samples, 64], rectified mixtures of 12 hidden features whose means depend on the class. */
function wideViews(samples: number, classes: number) {
  const [width, hidden] = [64, 12];
  const random = new Random(5);
  const labels = Int32Array.from({ length: samples }, () => random.integer(classes));
  const view = (): View => {
    const mixing = Float64Array.from({ length: hidden * width }, () => random.normal() / Math.sqrt(hidden));
    const centres = Float64Array.from({ length: classes * hidden }, () => 1.2 * random.normal());
    const values = new Float32Array(samples * width);
    labels.forEach((label, i) => {
      const features = Array.from(
        { length: hidden },
        (_, k) => (centres[label * hidden + k] as number) + 2 * random.normal(),
      );
      for (let j = 0; j < width; j++) {
        const sum = features.reduce((total, f, k) => total + f * (mixing[k * width + j] as number), 0);
        values[i * width + j] = Math.max(0, sum) + 0.1 * random.normal();
      }
    });
    return { values, width };
  };
  return { x1: view(), x2: view(), labels };
}

const meanError = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, v, i) => sum + Math.abs(v - (b[i] as number)), 0) / a.length;
const mean = (a: Float64Array) => a.reduce((x, y) => x + y, 0) / a.length;
const shown = (found: SamplePid) =>
  [found.r, found.u1, found.u2, found.s].map((values) => mean(values).toFixed(2)).join(" ");

const { name, detail } = await openEngine("wasm");
console.log(`engine ${name}: ${detail}`);
const samples = Number(process.argv[2] ?? 2000);
const table = new Table({
  head: ["case", "processor seconds", "mean r u1 u2 s", "exact", "MAE r", "MAE s"],
  style: { head: [], border: [] },
});
const wide = wideViews(samples, 10);
const { found, seconds } = await timed(wide.x1, wide.x2, wide.labels, 10);
table.push([`wide, 64 + 64 columns, 10 classes, ${samples}`, seconds, shown(found), "", "", ""]);
for (const mix of [{ synergy: 1 }, { redundancy: 1 }, { redundancy: 0.5, synergy: 0.5 }]) {
  const data = synthetic({ widths: { a: 12, b: 12 }, classes: 4, noise: 0.5, samples, seed: 1, ...mix });
  const [x1, x2] = ["a", "b"].map((key) => ({ values: data.inputs[key] as Float32Array, width: 12 })) as [
    View,
    View,
  ];
  const { found, seconds } = await timed(x1, x2, data.labels, 4);
  const exact = exactInteractions(data, [
    (await standardise(x1)).logDeterminant,
    (await standardise(x2)).logDeterminant,
  ]);
  table.push([
    `synthetic ${JSON.stringify(mix)}, ${samples}`,
    seconds,
    shown(found),
    [exact.r, exact.u1, exact.u2, exact.s].map((values) => mean(values).toFixed(2)).join(" "),
    meanError(found.r, exact.r).toFixed(3),
    meanError(found.s, exact.s).toFixed(3),
  ]);
}
console.log(table.toString());
