/**
 * Holds lsmi and the published estimator in PyTorch (bench/torch/published.py) against the exact interactions of the Gaussian pair of the
 * LSMI code (Yang et al. 2025), and times them in turn: `npx tsx bench/lsmi.ts [classes samples [draws, 3]]`. The mean
 * over the draws and the median time. Both are read on samples
 * that they did not learn from, under the same map. PyTorch is Debian's (`apt-get install python3-torch`) or that of the python named by
 * MMSPEC_PYTHON; MMSPEC_TORCH_THREADS says how many threads it takes (1: more make minibatches of 32 no faster).
 */
import Table from "cli-table3";
import { gaussianPair } from "../runtime/data/index.js";
import { openEngine } from "../runtime/engines/index.js";
import { atomsOf, lsmi, type Atoms, type View } from "../runtime/measures/index.js";
import { standardise } from "../runtime/measures/standardise.js";
import { runTorch } from "./torch/run.js";

const atoms = ["r", "u1", "u2", "s"] as const;

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

interface Timed {
  found: Atoms;
  seconds: number;
  processor: number;
}

async function ours(x1: View, x2: View, labels: Int32Array, classes: number): Promise<Timed> {
  const [begin, processor] = [performance.now(), process.cpuUsage()];
  const found = await lsmi(x1, x2, labels, classes);
  const { user, system } = process.cpuUsage(processor);
  return { found, seconds: (performance.now() - begin) / 1000, processor: (user + system) / 1e6 };
}

/** Undefined when there is no PyTorch. @param logDeterminants of the maps under which h is wanted */
async function torch(
  x1: View,
  x2: View,
  labels: Int32Array,
  classes: number,
  logDeterminants: readonly [number, number],
): Promise<Timed | undefined> {
  const plan = {
    classes,
    samples: labels.length,
    width1: x1.width,
    width2: x2.width,
    seed: 1,
    threads: Number(process.env.MMSPEC_TORCH_THREADS ?? 1),
  };
  const read = await runTorch<Pick<Timed, "seconds" | "processor">>("published.py", plan, [
    x1.values,
    x2.values,
    labels,
  ]);
  if (read === undefined) return undefined;
  const { values } = read;
  const held = values.length / 5;
  const [i1, i2, i12, h1, h2] = Array.from({ length: 5 }, (_, q) =>
    Float64Array.from(values.subarray(q * held, (q + 1) * held)),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const shifted = (h: Float64Array, by: number) => h.map((value) => value + by);
  const found = atomsOf(i1, i2, i12, shifted(h1, logDeterminants[0]), shifted(h2, logDeterminants[1]));
  return { found, ...read.head };
}

interface Judged extends Omit<Timed, "found"> {
  errors: Record<keyof Atoms, number>;
  correlations: { r: number; s: number };
}

function judged({ found, ...times }: Timed, exact: Atoms): Judged {
  // The rival holds out the last samples.
  const last = (values: Float64Array) => values.subarray(values.length - found.r.length);
  const errors = Object.fromEntries(
    atoms.map((atom) => [atom, meanAbsoluteError(found[atom], last(exact[atom]))]),
  ) as Judged["errors"];
  const correlations = { r: correlation(found.r, last(exact.r)), s: correlation(found.s, last(exact.s)) };
  return { ...times, errors, correlations };
}

const { name, detail } = await openEngine();
console.log(`engine ${name}: ${detail}`);
const [classesGiven, samplesGiven, rounds = 3] = process.argv.slice(2).map(Number);
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
    "estimator",
    "seconds",
    "of the processor",
    ...atoms.map((atom) => `MAE ${atom}`),
    "corr r",
    "corr s",
  ],
  style: { head: [], border: [] },
});
let missing = false;
for (const [classes = 0, samples = 0] of cases) {
  const timed: Record<string, Judged[]> = { lsmi: [], "published, PyTorch": [] };
  for (let seed = 1; seed <= rounds; seed++) {
    const pair = gaussianPair({ classes, samples, seed });
    const [x1, x2] = [
      { values: pair.x1, width: classes },
      { values: pair.x2, width: classes },
    ];
    const logDeterminants = [
      (await standardise(x1)).logDeterminant,
      (await standardise(x2)).logDeterminant,
    ] as const;
    const exact = pair.exact(logDeterminants);
    timed.lsmi?.push(judged(await ours(x1, x2, pair.labels, classes), exact));
    const rival = await torch(x1, x2, pair.labels, classes, logDeterminants);
    if (rival === undefined) missing = true;
    else timed["published, PyTorch"]?.push(judged(rival, exact));
  }
  const middle = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
  const mean = (values: number[]) => (values.reduce((a, b) => a + b, 0) / values.length).toFixed(3);
  for (const [estimator, runs] of Object.entries(timed)) {
    if (runs.length === 0) continue;
    table.push([
      `${classes}, ${samples}`,
      estimator,
      middle(runs.map(({ seconds }) => seconds)).toFixed(1),
      middle(runs.map(({ processor }) => processor)).toFixed(1),
      ...atoms.map((atom) => mean(runs.map(({ errors }) => errors[atom]))),
      mean(runs.map(({ correlations }) => correlations.r)),
      mean(runs.map(({ correlations }) => correlations.s)),
    ]);
  }
}
console.log(table.toString());
if (missing)
  console.log(
    "PyTorch was not found or failed: `apt-get install python3-torch`, or name a python with MMSPEC_PYTHON.",
  );
