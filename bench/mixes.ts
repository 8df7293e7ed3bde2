/**
 * Accuracy of the paradigms on data whose interactions are known exactly, beside that of the best possible model:
 * `npm run build && npx tsx bench/mixes.ts [seeds] [paradigms, comma-separated] [mixes, comma-separated numbers] [samples] [rate] [batch]`. Same encoders, batch,
 * optimizer and epochs for all; 20 000 samples, learning rate 1e-3 and batch 128 when they are left out; 80 % to learn from.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import Table from "cli-table3";

const mixes = [
  { name: "R", redundancy: 1, unique: 0, synergy: 0 },
  { name: "1/2 U1, 1/2 U2", redundancy: 0, unique: 0.5, synergy: 0 },
  { name: "S", redundancy: 0, unique: 0, synergy: 1 },
  { name: "1/2 R, 1/4 U1, 1/4 U2", redundancy: 0.5, unique: 0.25, synergy: 0 },
  { name: "1/2 R, 1/2 S", redundancy: 0.5, unique: 0, synergy: 0.5 },
  { name: "1/3 R, 1/6 U1, 1/6 U2, 1/3 S", redundancy: 0.3333, unique: 0.1666, synergy: 0.3333 },
];

const block = `fusion {
    redundant(a, b) = align(cosine) -> linear
    unique(a) = linear
    unique(b) = linear
    synergistic(a, b) = bilinear(rank: 32) -> dense(64) -> linear
    gate = mlp(32)
    otherwise use gate
  }`;

const concat = "fusion = concat -> mlp(64)";
const stages = "intra: 10, consistency: 5, joint: 15";

const paradigms: Record<string, { fusion: string; train: string }> = {
  joint: { fusion: concat, train: "paradigm joint epochs 30" },
  ensemble: { fusion: "fusion = ensemble", train: "paradigm ensemble epochs 30" },
  "joint-block": { fusion: block, train: "paradigm joint epochs 30" },
  unimodal: { fusion: concat, train: "paradigm unimodal(a) epochs 30" },
  ogm: { fusion: concat, train: "paradigm ogm epochs 30" },
  agm: { fusion: concat, train: "paradigm agm epochs 30" },
  pmr: { fusion: concat, train: "paradigm pmr epochs 30" },
  i2moe: { fusion: concat, train: "paradigm i2moe epochs 30" },
  dmil: { fusion: block, train: `paradigm dmil(${stages})` },
  "dmil-inputs": { fusion: block, train: `paradigm dmil(${stages}, rebuild: inputs)` },
  evidence: { fusion: block, train: "paradigm evidence epochs 30" },
  "dmil-covariance": { fusion: block, train: `paradigm dmil(${stages}, bound: cross_covariance)` },
  "dmil-fc": { fusion: block, train: `paradigm dmil(${stages}, ablation: fc)` },
  "dmil-intra-only": { fusion: block, train: `paradigm dmil(${stages}, ablation: intra_only)` },
  "dmil-consistency-only": { fusion: block, train: `paradigm dmil(${stages}, ablation: consistency_only)` },
};

interface Report {
  metrics: { accuracy: { value: number }; synergy_indicator: { value: number } };
  truth: { bayesAccuracy: number; byType: { type: string; accuracy: number }[] };
}

const folder = mkdtempSync(join(tmpdir(), "mmspec-mixes-"));

async function run(mix: (typeof mixes)[number], paradigm: string, seed: number): Promise<Report> {
  const { fusion, train } = paradigms[paradigm] as { fusion: string; train: string };
  const spec = `model Mix {
  target label: class(4)
  modality a: vector(24)
  modality b: vector(24)
  encoder A for a = mlp(128, 64)
  encoder B for b = mlp(128, 64)
  ${fusion}
  train { ${train} optimizer adam(lr: ${rate}) batch ${batch} seed ${seed} }
  evaluate { accuracy, synergy_indicator }
}
data for Mix {
  from synthetic(redundancy: ${mix.redundancy}, unique: ${mix.unique}, synergy: ${mix.synergy}, samples: ${samples}, noise: 0.8, seed: ${seed})
  split 0.8 train, 0.2 test seed ${seed}
}
`;
  const file = join(folder, `${mixes.indexOf(mix)}-${paradigm.replace(/\W+/g, "-")}-${seed}.mmspec`);
  writeFileSync(file, spec);
  const args = [resolve("dist/cli/main.js"), "train", file, "--json", "--runs", join(folder, "runs")];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout) as Report;
}

const [
  seedCount = "1",
  chosen = Object.keys(paradigms).join(),
  which = mixes.map((_, i) => i).join(),
  samples = "20000",
  rate = "1e-3",
  batch = "128",
] = process.argv.slice(2);
const names = chosen.split(",");
const seeds = Array.from({ length: Number(seedCount) }, (_, i) => i + 1);
const jobs = which
  .split(",")
  .map((i) => mixes[Number(i)] as (typeof mixes)[number])
  .flatMap((mix) => names.flatMap((paradigm) => seeds.map((seed) => ({ mix, paradigm, seed }))));
const reports = new Map<string, Report[]>();
const key = (mix: { name: string }, paradigm: string) => `${mix.name}|${paradigm}`;
const queue = [...jobs];
await Promise.all(
  Array.from({ length: Math.max(1, availableParallelism()) }, async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const report = await run(job.mix, job.paradigm, job.seed);
      const at = key(job.mix, job.paradigm);
      reports.set(at, [...(reports.get(at) ?? []), report]);
    }
  }),
);
rmSync(folder, { recursive: true });

const share = (values: number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const spread = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, values.length - 1));
  return values.length > 1
    ? `${mean.toFixed(3)} ± ${((2 * spread) / Math.sqrt(values.length)).toFixed(3)}`
    : mean.toFixed(3);
};
const table = new Table({ head: ["mix", "best possible", ...names], style: { head: [], border: [] } });
for (const mix of mixes) {
  const of = (paradigm: string) => reports.get(key(mix, paradigm)) ?? [];
  if (names.flatMap(of).length === 0) continue;
  const cells = names.map((paradigm) => {
    const found = of(paradigm);
    const types = found[0]?.truth.byType.map(({ type }) => {
      const accuracies = found.map(
        ({ truth }) => truth.byType.find((row) => row.type === type)?.accuracy ?? NaN,
      );
      return `${type[0]?.toUpperCase()} ${(accuracies.reduce((a, b) => a + b, 0) / accuracies.length).toFixed(2)}`;
    });
    const indicator = share(found.map(({ metrics }) => metrics.synergy_indicator.value));
    return `${share(found.map(({ metrics }) => metrics.accuracy.value))}\n(${types?.join(" ")})\nsynergy ${indicator}`;
  });
  const drawn = names.map(of).find((found) => found.length > 0) ?? [];
  table.push([mix.name, share(drawn.map(({ truth }) => truth.bayesAccuracy)), ...cells]);
}
console.log(table.toString());
