/**
 * How long drawing 20 000 samples and all exact values of them takes, and what they are: `npx tsx bench/drawn.ts`. Means in nats;
 * of three modalities the information of all together.
 */
import Table from "cli-table3";
import {
  loadFeatureSum,
  loadGaussianPair,
  loadLogicGate,
  loadSynthetic,
  type Gate,
  type Splits,
  type SyntheticOptions,
} from "../runtime/data/index.js";

const samples = 20_000;
const split = { train: 0.001, test: 0.999, stratified: true, seed: 1 };
const classes = (count: number) => Array.from({ length: count }, (_, c) => String(c));
const pair = { a: 24, b: 24 };
const three = { a: 24, b: 24, c: 24 };
const mix = (name: string, options: Omit<SyntheticOptions, "classes" | "samples">) => ({
  name: `synthetic ${name}`,
  load: () => loadSynthetic({ ...options, classes: classes(4), samples }, split),
});
const gates = (gate: Gate[], count: number) => ({
  name: `logic_gate ${gate.join(", ")}`,
  load: () =>
    loadLogicGate({ widths: { a: 12, b: 12 }, classes: classes(count), gate, samples, noise: 0.3 }, split),
});
const features = (name: string, options: { shared?: number; own?: Record<string, number> }) => ({
  name: `feature_sum ${name}`,
  load: () => loadFeatureSum({ widths: { a: 64, b: 64 }, classes: classes(2), samples, ...options }, split),
});

const cases: { name: string; load: () => Promise<Splits> }[] = [
  mix("1/3 R, 1/6 U1, 1/6 U2, 1/3 S", { widths: pair, redundancy: 1 / 3, unique: 1 / 6, synergy: 1 / 3 }),
  mix("1/2 U1, 1/10 U2, 2/5 S", { widths: pair, unique: { a: 0.5, b: 0.1 }, synergy: 0.4 }),
  mix("1/4 R, 1/4 U of three, 1/2 S of a, b", {
    widths: three,
    redundancy: 0.25,
    unique: 1 / 12,
    synergy: { "a, b": 0.5 },
  }),
  {
    name: "gaussian_pair",
    load: () => loadGaussianPair({ widths: { a: 10, b: 10 }, classes: classes(10), samples }, split),
  },
  features("shared: 1", { shared: 1 }),
  features("own(a): 1", { own: { a: 1 } }),
  features("own: 1", { own: { a: 1, b: 1 } }),
  features("shared: 0.6, own: 0.4", { shared: 0.6, own: { a: 0.4, b: 0.4 } }),
  gates(["xor"], 2),
  gates(["and"], 2),
  gates(["copy"], 4),
  gates(["rdn", "xor"], 4),
];
const table = new Table({
  head: ["source", "seconds", "best possible", "r", "u1", "u2", "s", "i"],
  colAligns: ["left", ...Array<"right">(7).fill("right")],
  style: { head: [], border: [] },
});
const mean = (values: Float64Array | undefined) =>
  values === undefined ? "" : (values.reduce((a, b) => a + b, 0) / values.length).toFixed(3);
for (const { name, load } of cases) {
  const begin = performance.now();
  const { truth } = (await load()).test;
  const seconds = (performance.now() - begin) / 1000;
  const { exact, information = {}, bayesAccuracy } = truth ?? {};
  const atoms = (["r", "u1", "u2", "s"] as const).map((atom) => mean(exact?.[atom]));
  const whole = mean(Object.values(information).at(-1));
  table.push([name, seconds.toFixed(2), (bayesAccuracy ?? NaN).toFixed(3), ...atoms, whole]);
}
console.log(table.toString());
