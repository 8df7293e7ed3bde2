/**
 * Kernels that one step of each stage of learning dispatches on wasm, and its milliseconds, the least of several runs:
 * `npm run build && npx tsx bench/kernels.ts SPEC...`. The specs draw synthetic data; without any it is examples/xor.mmspec.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import Table from "cli-table3";
import { compile } from "../compiler/index.js";
import { fit, openEngine, Random, takeSamples, tf } from "mmspec/runtime";
import type { Model, Splits, Stage } from "mmspec/runtime";

type Inputs = Record<string, tf.Tensor>;
const steps = 50;

await openEngine("wasm");
const table = new Table({
  head: ["spec", "stage", "kernels a step", "ms a step", "most often"],
  style: { head: [], border: [] },
});
const quiet = { stage() {}, step() {}, epoch() {}, advance() {}, done() {} };
const paths = process.argv.slice(2);
for (const path of paths.length > 0 ? paths : ["examples/xor.mmspec"]) {
  // Beside the sources, so that "mmspec/runtime" is this package's own.
  const folder = mkdtempSync("bench/.kernels-");
  try {
    const { files } = await compile(readFileSync(path, "utf8"), path);
    for (const { path: name, text } of files) writeFileSync(join(folder, name), text);
    const load = (name: string) => import(pathToFileURL(resolve(folder, name)).href);
    const { loadSamples } = (await load("data.ts")) as { loadSamples(): Promise<Splits> };
    const models = (await load("model.ts")) as Record<string, new () => Model<Inputs>>;
    const { stages } = (await load("learning.ts")) as { stages(model: Model<Inputs>): Stage<Inputs>[] };
    const Made = Object.values(models).find((value) => /^class /.test(String(value)));
    if (Made === undefined) throw new Error(`${path} makes no model.`);
    const model = new Made();
    const { train } = await loadSamples();
    for (const [i, stage] of stages(model).entries()) {
      const some = (count: number) => ({
        train: takeSamples(
          train,
          Int32Array.from({ length: count * stage.batch }, (_, i) => i % train.size),
        ),
      });
      const learn = (count: number) =>
        // A stage's optimizer ends with its learning: each learning takes stages of its own.
        fit(model, some(count) as unknown as Splits, { ...(stages(model)[i] as typeof stage), epochs: 1 }, {
          random: new Random(1),
          progress: quiet,
          signal: new AbortController().signal,
          checkpoint: async () => {},
        } as unknown as Parameters<typeof fit>[3]);
      // The first step also makes the optimizer's own arrays, so two steps are held against one.
      const count = async (n: number) => {
        const { kernels } = await tf.profile(async () => {
          await learn(n);
          return [] as unknown as tf.TensorContainer;
        });
        return kernels.map(({ name }) => name);
      };
      const [one, two] = [await count(1), await count(2)];
      const often = new Map<string, number>();
      for (const name of two) often.set(name, (often.get(name) ?? 0) + 1);
      for (const name of one) often.set(name, (often.get(name) ?? 0) - 1);
      const most = [...often].sort(([, a], [, b]) => b - a).slice(0, 6);
      let least = Infinity;
      for (let run = 0; run < 4; run++) {
        const begin = performance.now();
        await learn(steps);
        least = Math.min(least, (performance.now() - begin) / steps);
      }
      table.push([
        basename(path),
        stage.name,
        two.length - one.length,
        least.toFixed(2),
        most.map(([name, n]) => `${name} ${n}`).join(", "),
      ]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
console.log(table.toString());
