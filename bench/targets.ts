/**
 * What the paradigms reach of a number and of labels, beside the best possible model: `npm run build && npx tsx bench/targets.ts [seeds]`. R2 of a
 * sum of hidden features, some of it in no modality; share of the right labels of three gates, `rdn`, `xor` and `and`. 6000 samples, 80 % to learn from,
 * the same encoders and 30 epochs for all.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Table from "cli-table3";

const block = `fusion {
    redundant(a, b) = align(cosine) -> linear
    unique(a) = linear
    unique(b) = linear
    synergistic(a, b) = bilinear(rank: 16) -> dense(64) -> linear
    gate = mlp(32)
    otherwise use gate
  }`;
const concat = "fusion = concat -> mlp(64)";

const paradigms: Record<string, { fusion: string; train: string }> = {
  joint: { fusion: concat, train: "joint epochs 30" },
  ensemble: { fusion: "fusion = ensemble", train: "ensemble epochs 30" },
  "unimodal(a)": { fusion: concat, train: "unimodal(a) epochs 30" },
  ogm: { fusion: concat, train: "ogm epochs 30" },
  agm: { fusion: concat, train: "agm epochs 30" },
  i2moe: { fusion: concat, train: "i2moe epochs 30" },
  dmil: { fusion: block, train: "dmil(intra: 10, consistency: 5, joint: 15)" },
};

const targets = [
  {
    metric: "r2",
    target: "regression",
    from: "feature_sum(shared: 1, own: 0.6, noise: 0.5, samples: 6000",
    paradigms: ["joint", "ensemble", "unimodal(a)", "agm", "dmil"],
  },
  {
    metric: "accuracy",
    target: 'multilabel("rdn", "xor", "and")',
    from: "logic_gate(gate: [rdn, xor, and], noise: 0.6, samples: 6000",
    paradigms: Object.keys(paradigms),
  },
] as const;

interface Report {
  metrics: Record<string, { value: number; details?: Record<string, number> }>;
  best: Record<string, number>;
}

const folder = mkdtempSync(join(tmpdir(), "mmspec-targets-"));

function run({ metric, target, from }: (typeof targets)[number], name: string, seed: number): Report {
  const { fusion, train } = paradigms[name] as { fusion: string; train: string };
  const spec = `model Target {
  target y: ${target}
  modality a: vector(16)
  modality b: vector(16)
  encoder A for a = mlp(64)
  encoder B for b = mlp(64)
  ${fusion}
  train { paradigm ${train} optimizer adam(lr: 2e-3) batch 64 seed ${seed} }
  evaluate { ${metric} }
}
data for Target {
  from ${from}, seed: ${seed})
  split 0.8 train, 0.2 test seed ${seed}
}
`;
  const file = join(folder, "target.mmspec");
  writeFileSync(file, spec);
  const args = [resolve("dist/cli/main.js"), "train", file, "--json", "--runs", join(folder, "runs")];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 26 })) as Report;
}

const count = Number(process.argv[2] ?? 3);
const table = new Table({
  head: ["metric", "paradigm", "value", "best possible", "each label"],
  style: { head: [], border: [] },
});
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
for (const target of targets) {
  for (const name of target.paradigms) {
    const reports = Array.from({ length: count }, (_, i) => run(target, name, i + 1));
    const values = reports.map(({ metrics }) => metrics[target.metric]?.value ?? NaN);
    const spread = Math.sqrt(
      mean(values.map((value) => (value - mean(values)) ** 2)) * (count / (count - 1)),
    );
    const error = ((2 * spread) / Math.sqrt(count)).toFixed(3);
    const labels = Object.keys(reports[0]?.metrics[target.metric]?.details ?? {}).map(
      (label) =>
        `${label} ${mean(reports.map(({ metrics }) => metrics[target.metric]?.details?.[label] ?? NaN)).toFixed(3)}`,
    );
    const best = mean(reports.map(({ best }) => best[target.metric] ?? NaN)).toFixed(3);
    table.push([target.metric, name, `${mean(values).toFixed(3)} ± ${error}`, best, labels.join(" ")]);
  }
}
rmSync(folder, { recursive: true });
console.log(table.toString());
