/**
 * How long 1000 variants take: `npm run build && npx tsx bench/variants.ts`. Each is made and checked in this process; then `mmspec variants -o`
 * writes all of them with their TypeScript, in a process of its own. Seconds, and milliseconds a variant; processor time beside, which a busy machine doesn't change much.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Table from "cli-table3";
import { variantSpace } from "mmspec";

const base = readFileSync("examples/digits.mmspec", "utf8").replace(/\nvariants of [^]*$/, "");
const block = `
variants of Digits {
  vary train.paradigm in [joint, evidence, dmil(intra: 4, consistency: 2, joint: 6), dmil(bound: cross_covariance)]
  vary Eye.dense.units in [8..80 step 8]
  vary fusion.synergistic in [bilinear(rank: 8), bilinear(rank: 32), tensor(rank: 4), attention(heads: 4), concat]
  vary train.optimizer.lr in [1e-4, 3e-4, 1e-3, 3e-3, 1e-2]
}
`;
const text = base + block;

console.log(`${process.version}, ${process.arch}`);
const table = new Table({
  head: ["1000 variants", "s", "ms each", "processor ms each"],
  style: { head: [] },
});
const row = (what: string, seconds: number, processor: number, count: number) =>
  table.push([
    what,
    seconds.toFixed(1),
    ((1000 * seconds) / count).toFixed(1),
    ((1000 * processor) / count).toFixed(1),
  ]);

const start = { time: performance.now(), cpu: process.cpuUsage() };
const { space } = variantSpace(text, "digits.mmspec");
let made = 0;
for (const _ of space ?? []) made++;
const used = process.cpuUsage(start.cpu);
row("made and checked", (performance.now() - start.time) / 1000, (used.user + used.system) / 1e6, made);

const folder = mkdtempSync(join(tmpdir(), "mmspec-bench-variants-"));
try {
  writeFileSync(join(folder, "digits.mmspec"), text);
  const before = performance.now();
  const cli = resolve("dist/cli/main.js");
  // `time -p` tells the processor time of the other process.
  const { status, stderr } = spawnSync(
    "bash",
    ["-c", `time -p "$0" "$1" variants digits.mmspec -o out > /dev/null`, process.execPath, cli],
    { cwd: folder, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  const seconds = (performance.now() - before) / 1000;
  const written = readdirSync(join(folder, "out")).filter((name) => !name.startsWith("index.")).length;
  const told = [...stderr.matchAll(/^(?:user|sys) ([\d.]+)$/gm)].map(([, text]) => Number(text));
  row(
    "and written with their TypeScript",
    seconds,
    told.reduce((a, b) => a + b, 0),
    written,
  );
  if (made !== 1000 || written !== 1000) throw new Error(`${made} made, ${written} written`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(table.toString());
