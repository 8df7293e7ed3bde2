/**
 * What density lsmi should rest on: lsmi's own choice among its mixtures, and KNIFE, a small coupling flow and nearest neighbours in PyTorch
 * (bench/torch/densities.py), in 2 to 256 dimensions: `npx tsx bench/measures/densities.ts [samples, 2000] [widths, 2,8,24,64,256]`. Fitted on the
 * same whitened rows and read on others. Two kinds of data: `linear`, ten Gaussian clouds in at most eight dimensions, turned and with noise in
 * all; `curved`, what a layer of rectified units makes of that. Told are the mean log-likelihood in nats above that of one Gaussian and, where the
 * density is known (`linear`), the mean absolute error of a sample's log p. Nearest neighbours are no density that adds up to 1, so that their
 * likelihood may be above the true one.
 */
import Table from "cli-table3";
import { CholeskyDecomposition, inverse, Matrix } from "ml-matrix";
import { Random } from "../../runtime/data/random.js";
import { logSumExp } from "../../runtime/data/synthetic/known.js";
import { openEngine } from "../../runtime/engines/index.js";
import { chooseDensity, fitDensity, type DensityPlan } from "../../runtime/measures/density.js";
import { whiten } from "../../runtime/measures/standardise.js";
import { takeRows, type View } from "../../runtime/measures/view.js";
import { runTorch } from "../torch/run.js";

const classes = 10;
const held = 1000;
const samples = Number(process.argv[2] ?? 2000);
const widths = (process.argv[3] ?? "2,8,24,64,256").split(",").map(Number);
const kinds = ["linear", "curved"] as const;

function draw(kind: (typeof kinds)[number], width: number, n: number) {
  const random = new Random(width).fork(kind);
  const normals = (size: number, deviation: number) =>
    Float64Array.from({ length: size }, () => deviation * random.normal());
  const hidden = Math.min(8, width);
  const centres = normals(classes * hidden, 1.5);
  const mixing = normals(hidden * width, 1 / Math.sqrt(hidden));
  const labels = Int32Array.from({ length: n }, () => random.integer(classes));
  const values = new Float32Array(n * width);
  labels.forEach((label, i) => {
    const features = Array.from(
      { length: hidden },
      (_, k) => (centres[label * hidden + k] as number) + 0.5 * random.normal(),
    );
    for (let j = 0; j < width; j++) {
      const sum = features.reduce((total, f, k) => total + f * (mixing[k * width + j] as number), 0);
      values[i * width + j] = (kind === "curved" ? Math.max(0, sum) : sum) + 0.3 * random.normal();
    }
  });
  return {
    view: { values, width },
    labels,
    exact: () => exactLogs({ values, width }, centres, mixing, hidden),
  };
}

/** log p(x) of `linear` rows: each cloud has the covariance 0.25 M'M + 0.09. */
function exactLogs({ values, width }: View, centres: Float64Array, mixing: Float64Array, hidden: number) {
  const map = new Matrix(
    Array.from({ length: hidden }, (_, k) => [...mixing.subarray(k * width, (k + 1) * width)]),
  );
  const covariance = map.transpose().mmul(map).mul(0.25).add(Matrix.eye(width).mul(0.09));
  const factor = new CholeskyDecomposition(covariance).lowerTriangularMatrix;
  const half = factor.diagonal().reduce((sum, value) => sum + Math.log(value), 0);
  const whitening = inverse(factor);
  const rows = Matrix.from1DArray(values.length / width, width, values).mmul(whitening.transpose());
  const means = Matrix.from1DArray(classes, hidden, centres).mmul(map).mmul(whitening.transpose());
  return Float64Array.from({ length: rows.rows }, (_, i) => {
    const logs = Array.from({ length: classes }, (_, c) => {
      const distance = Matrix.sub(rows.getRowVector(i), means.getRowVector(c)).norm("frobenius");
      return -0.5 * distance ** 2 - half - 0.5 * width * Math.log(2 * Math.PI) - Math.log(classes);
    });
    return logSumExp(logs);
  });
}

type Judged = Record<string, { logs: Float32Array; seconds: number }>;

async function torch({ values, width }: View, seed: number): Promise<Judged> {
  const read = await runTorch<Record<string, number>>("densities.py", { samples, held, width, seed }, [
    values,
  ]);
  const seconds = Object.entries(read?.head ?? {});
  return Object.fromEntries(
    seconds.map(([name, time], m) => [
      name,
      { logs: read?.values.subarray(m * held, (m + 1) * held) as Float32Array, seconds: time },
    ]),
  );
}

await openEngine("wasm");
const names = ["lsmi", "KNIFE", "flow", "5 neighbours"];
const table = new Table({
  head: [
    "data, dimensions",
    "lsmi's choice",
    ...names,
    ...names.map((name) => `error ${name}`),
    `processor seconds ${names.join(", ")}`,
  ],
  style: { head: [], border: [] },
});
for (const kind of kinds)
  for (const width of widths) {
    const { view, labels, exact } = draw(kind, width, samples + held);
    const rows = Int32Array.from({ length: samples + held }, (_, i) => i);
    const known = takeRows(view, rows.slice(0, samples));
    const map = await whiten(known);
    const [inner, outer] = [await map.apply(known), await map.apply(takeRows(view, rows.slice(samples)))];
    const marks = labels.slice(0, samples);
    const mean = (logs: ArrayLike<number>) => Array.from(logs).reduce((a, b) => a + b, 0) / logs.length;
    const random = new Random(1);
    const one: DensityPlan = {
      name: "",
      axes: inner.width,
      byClass: false,
      options: { form: "full tied", components: 1 },
    };
    const logsOf = async (plan: DensityPlan) =>
      (await (await fitDensity(plan, inner, marks, classes, random)).read(outer)).density;
    const gaussian = await logsOf(one);
    const begin = process.cpuUsage().user;
    const plan = await chooseDensity(inner, map.leading, marks, classes, random);
    const logs = await logsOf(plan);
    const ours: Judged = { lsmi: { logs, seconds: (process.cpuUsage().user - begin) / 1e6 } };
    const all = new Float32Array(inner.values.length + outer.values.length);
    all.set(inner.values);
    all.set(outer.values, inner.values.length);
    const found = { ...ours, ...(await torch({ values: all, width: inner.width }, 1)) };
    const truth =
      kind === "linear"
        ? exact()
            .subarray(samples)
            .map((log) => log - map.logDeterminant)
        : undefined;
    const cells = (of: (one: Judged[string]) => string) =>
      names.map((name) => (found[name] === undefined ? "-" : of(found[name])));
    table.push([
      `${kind}, ${width}`,
      plan.name,
      ...cells((one) => (mean(one.logs) - mean(gaussian)).toFixed(2)),
      ...cells((one) =>
        truth === undefined
          ? ""
          : mean(truth.map((log, i) => Math.abs(log - (one.logs[i] as number)))).toFixed(2),
      ),
      cells((one) => one.seconds.toFixed(1)).join(", "),
    ]);
  }
console.log(table.toString());
