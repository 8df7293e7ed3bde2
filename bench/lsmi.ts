/**
 * Holds lsmi against the exact interactions of the Gaussian pair of the LSMI code (Yang et al. 2025), held out by cross-fitting:
 * `npx tsx bench/lsmi.ts [classes samples]`. Beside each figure stands that of the published code, measured once in the same way.
 */
import Table from "cli-table3";
import { gaussianPair } from "../runtime/data/index.js";
import { openEngine } from "../runtime/engines/index.js";
import { lsmi } from "../runtime/measures/index.js";
import { standardise } from "../runtime/measures/standardise.js";

const published: Record<string, { r: number; s: number; corrR: number; corrS: number }> = {
  "10 2000": { r: 0.339, s: 0.423, corrR: 0.871, corrS: 0.647 },
  "2 2000": { r: 0.058, s: 0.074, corrR: 0.919, corrS: 0.914 },
  "10 20000": { r: 0.209, s: 0.251, corrR: 0.931, corrS: 0.8 },
};

function meanAbsoluteError(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, v, i) => sum + Math.abs(v - (b[i] as number)), 0) / a.length;
}

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (x: Float64Array) => x.reduce((sum, v) => sum + v, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((v, i) => {
    ab += (v - ma) * ((b[i] as number) - mb);
    aa += (v - ma) ** 2;
    bb += ((b[i] as number) - mb) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}

const { name, detail } = await openEngine();
console.log(`engine ${name}: ${detail}`);
const [classesGiven, samplesGiven] = process.argv.slice(2).map(Number);
const cases =
  classesGiven && samplesGiven
    ? [[classesGiven, samplesGiven]]
    : [
        [10, 2000],
        [2, 2000],
        [10, 20000],
      ];
const table = new Table({
  head: [
    "classes, samples",
    "seconds",
    "MAE r",
    "MAE u1",
    "MAE u2",
    "MAE s",
    "corr r",
    "corr s",
    "published MAE r, s",
  ],
  style: { head: [], border: [] },
});
for (const [classes = 0, samples = 0] of cases) {
  const pair = gaussianPair({ classes, samples, seed: 1 });
  const [x1, x2] = [
    { values: pair.x1, width: classes },
    { values: pair.x2, width: classes },
  ];
  const begin = process.cpuUsage().user;
  const found = await lsmi(x1, x2, pair.labels, classes);
  const seconds = (process.cpuUsage().user - begin) / 1e6;
  const exact = pair.exact([standardise(x1).logDeterminant, standardise(x2).logDeterminant]);
  const before = published[`${classes} ${samples}`];
  table.push([
    `${classes}, ${samples}`,
    seconds.toFixed(1),
    ...(["r", "u1", "u2", "s"] as const).map((atom) =>
      meanAbsoluteError(found[atom], exact[atom]).toFixed(3),
    ),
    correlation(found.r, exact.r).toFixed(3),
    correlation(found.s, exact.s).toFixed(3),
    before ? `${before.r}, ${before.s}` : "",
  ]);
  console.log(JSON.stringify(found.chosen));
}
console.log(table.toString());
