/**
 * lsmi and the published recipe on every mix of interactions whose exact values are known: `npx tsx bench/measures/mixes.ts [seeds, 3]
 * [samples, 2000] [columns of a block, 8] [mixes, comma-separated numbers]`. 4 classes; the mean over the seeds; both are read on the last fifth of the samples, which
 * neither learned from, and held against exact values under the same map. How far the error of r is
 * the informations' and how far the densities', r of exact ones tells. The seconds are the processor's.
 */
import Table from "cli-table3";
import { exactInteractions, synthetic } from "../../runtime/data/index.js";
import { openEngine } from "../../runtime/engines/index.js";
import { atomsOf, type Atoms } from "../../runtime/measures/atoms.js";
import { lsmi, type View } from "../../runtime/measures/index.js";
import { standardise } from "../../runtime/measures/standardise.js";
import { published } from "./published.js";

const mixes = [
  { name: "R", redundancy: 1 },
  { name: "U", unique: 0.5 },
  { name: "S", synergy: 1 },
  { name: "1/2 U, 1/2 R", unique: 0.25, redundancy: 0.5 },
  { name: "1/2 R, 1/2 S", redundancy: 0.5, synergy: 0.5 },
  { name: "1/3 each", redundancy: 1 / 3, unique: 1 / 6, synergy: 1 / 3 },
];

const [seeds = 3, samples = 2000, block = 8] = process.argv.slice(2, 5).map(Number);
const which = process.argv[5]?.split(",").map(Number) ?? mixes.map((_, i) => i);
const { name, detail } = await openEngine("wasm");
console.log(
  `engine ${name}: ${detail}; ${samples} samples, ${3 * block} + ${3 * block} columns, ${seeds} seeds`,
);
const atoms = ["r", "u1", "u2", "s"] as const;
const width = 3 * block;
/** Mean absolute error of each atom. @param of the position of a row in what was found */
const errors = (found: Atoms, exact: Atoms, rows: Int32Array, of: (row: number, i: number) => number) =>
  atoms.map(
    (atom) =>
      rows.reduce(
        (sum, row, i) => sum + Math.abs((found[atom][of(row, i)] as number) - (exact[atom][row] as number)),
        0,
      ) / rows.length,
  );
const table = new Table({
  head: [
    "mix",
    "MAE r u1 u2 s",
    "published",
    "share of the error",
    "r with exact i, with exact h",
    "seconds, published",
  ],
  style: { head: [], border: [] },
});
const mean = (rows: number[][]) =>
  (rows[0] ?? []).map((_, k) => rows.reduce((sum, row) => sum + (row[k] as number), 0) / rows.length);
const shown = (values: number[]) => values.map((value) => value.toFixed(3)).join(" ");
for (const { name, ...mix } of which.map((i) => mixes[i] as (typeof mixes)[number])) {
  const found = {
    ours: [] as number[][],
    published: [] as number[][],
    known: [] as number[][],
    seconds: [] as number[][],
  };
  for (let seed = 1; seed <= seeds; seed++) {
    const data = synthetic({ widths: { a: width, b: width }, classes: 4, samples, seed, ...mix });
    const [x1, x2] = ["a", "b"].map((key) => ({ values: data.inputs[key] as Float32Array, width })) as [
      View,
      View,
    ];
    const logDeterminants = [
      (await standardise(x1)).logDeterminant,
      (await standardise(x2)).logDeterminant,
    ] as const;
    const exact = exactInteractions(data, logDeterminants);
    const rows = Int32Array.from({ length: samples }, (_, i) => i);
    const split = { train: rows.slice(0, samples - samples / 5), held: rows.slice(samples - samples / 5) };
    const begin = process.cpuUsage().user;
    const ours = await lsmi(x1, x2, data.labels, 4, { seed });
    const middle = process.cpuUsage().user;
    const theirs = published(x1, x2, data.labels, 4, split, logDeterminants, seed);
    const end = process.cpuUsage().user;
    found.ours.push(errors(ours, exact, split.held, (row) => row));
    found.published.push(errors(theirs, exact, split.held, (_, i) => i));
    const { i1, i2, i12, h1, h2 } = exact;
    const known = [atomsOf(i1, i2, i12, ours.h1, ours.h2), atomsOf(ours.i1, ours.i2, ours.i12, h1, h2)];
    found.known.push(known.map((some) => errors(some, exact, split.held, (row) => row)[0] as number));
    found.seconds.push([(middle - begin) / 1e6, (end - middle) / 1e6]);
    console.log(JSON.stringify({ mix: name, seed, ...ours.chosen }));
  }
  const [a, b] = [mean(found.ours), mean(found.published)];
  table.push([
    name,
    shown(a),
    shown(b),
    a.map((value, i) => (value / (b[i] as number)).toFixed(2)).join(" "),
    shown(mean(found.known)),
    mean(found.seconds)
      .map((time) => time.toFixed(1))
      .join(", "),
  ]);
}
console.log(table.toString());
