/**
 * Whether the experts of `moe` idle, and what keeps them from it: `npx tsx bench/experts.ts [seeds]`. Half redundant, half synergistic samples of 4
 * classes (8 000 of them to learn from), a mixture of 8 experts of which a sample asks 2. An expert idles when less than a hundredth of the
 * questions of the held-out samples go to it; even is an eighth each.
 */
import Table from "cli-table3";
import {
  accuracy,
  adam,
  chain,
  cosine,
  crossEntropy,
  fit,
  linear,
  loadSynthetic,
  mixtureOfExperts,
  mlp,
  openEngine,
  Parameters,
  predict,
  Random,
  tf,
  type Context,
  type Stage,
  type TensorBatch,
} from "../runtime/index.js";
import { createProgress } from "../runtime/runs/index.js";

await openEngine("wasm");

const [experts, top] = [8, 2];
type Inputs = Record<"a" | "b", tf.Tensor2D>;

function modelOf(seed: number, noise: "learned" | "none") {
  const parameters = new Parameters(seed);
  const encoder = (name: string) => mlp({ inputs: 24, units: [64, 32] })(parameters.scope(name));
  const [a, b] = [encoder("a"), encoder("b")];
  const merge = mixtureOfExperts({ inputs: [32, 32], units: 32, experts, top, noise })(
    parameters.scope("merge"),
  );
  const head = chain(
    mlp({ inputs: 32, units: [32] }),
    linear({ inputs: 32, units: 4 }),
  )(parameters.scope("head"));
  const encode = ({ inputs }: TensorBatch<Inputs>, context: Context) => ({
    a: a.apply(inputs.a, context),
    b: b.apply(inputs.b, context),
  });
  const fuse = ({ a, b }: Inputs, context: Context) => head.apply(merge.apply([a, b], context), context);
  return {
    parameters,
    merge,
    encode,
    fuse,
    predict(batch: TensorBatch<Inputs>, context: Context) {
      const encodings = this.encode(batch, context);
      return { logits: this.fuse(encodings, context), encodings };
    },
  };
}

/** The share of all questions that each expert is asked, largest first. */
function asked(
  { parameters }: { parameters: Parameters },
  { a, b }: Record<"a" | "b", { values: Float32Array; width: number }>,
): number[] {
  return tf.tidy(() => {
    const named = new Map(parameters.named().map(({ name, tensor }) => [name, tensor]));
    const views = [a, b].map(({ values, width }) => tf.tensor2d(values, [values.length / width, width]));
    const [x, kernel] = [tf.concat(views, 1), named.get("merge.gate.kernel") as tf.Tensor2D];
    const scores = tf.add(tf.matMul(x, kernel), named.get("merge.gate.bias") as tf.Tensor);
    const chosen = tf.topk(scores, top).indices.dataSync();
    const counts = new Float64Array(experts);
    for (const expert of chosen) counts[expert] = (counts[expert] as number) + 1;
    return [...counts].map((count) => count / chosen.length).sort((one, other) => other - one);
  });
}

async function run(seed: number, balance: number, noise: "learned" | "none") {
  const data = await loadSynthetic(
    {
      widths: { a: 24, b: 24 },
      classes: ["0", "1", "2", "3"],
      redundancy: 0.5,
      unique: 0,
      synergy: 0.5,
      samples: 10_000,
      noise: 0.8,
      distractors: "random",
      seed,
    },
    { train: 0.8, test: 0.2, stratified: true, seed, line: 1 },
  );
  const model = modelOf(seed, noise);
  const stage: Stage<Inputs> = {
    name: "joint",
    epochs: 10,
    batch: 256,
    optimizer: adam({ learningRate: 0.003 }),
    schedule: cosine(),
    inputNoise: { a: 0.5, b: 0.5 },
    loss(batch, context) {
      const encodings = model.encode(batch, context);
      return {
        answer: crossEntropy(model.fuse(encodings, context), batch.labels),
        balance: tf.mul(balance, model.merge.imbalance([encodings.a, encodings.b], context)),
      };
    },
  };
  const { beside } = await fit(model, data, stage, {
    random: new Random(seed),
    progress: createProgress({ quiet: true }),
    signal: new AbortController().signal,
    checkpointEvery: Infinity,
    checkpoint: () => Promise.resolve(),
  });
  tf.dispose(beside?.weights.map(({ tensor }) => tensor) ?? []);
  const predictions = await predict(model, data.test);
  const shares = asked(model, predictions.encodings as never);
  model.parameters.dispose();
  return { accuracy: accuracy(predictions).value, shares };
}

const seeds = Number(process.argv[2] ?? 3);
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const table = new Table({
  head: ["balance", "noise", "accuracy", "spread", "idle experts", "share of the most asked"],
  style: { head: [], border: [] },
});
for (const noise of ["none", "learned"] as const) {
  for (const balance of [0, 0.01, 0.1]) {
    const runs = [];
    for (let seed = 1; seed <= seeds; seed++) runs.push(await run(seed, balance, noise));
    const accuracies = runs.map(({ accuracy }) => accuracy);
    const spread = Math.max(...accuracies) - Math.min(...accuracies);
    const idle = mean(runs.map(({ shares }) => shares.filter((share) => share < 0.01).length));
    const most = mean(runs.map(({ shares }) => shares[0] as number));
    table.push([
      balance,
      noise,
      ...[mean(accuracies), spread].map((v) => v.toFixed(3)),
      idle.toFixed(1),
      most.toFixed(2),
    ]);
  }
}
console.log(table.toString());
