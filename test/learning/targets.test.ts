import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  binaryCrossEntropies,
  binaryCrossEntropy,
  fit,
  labelAccuracy,
  labelEnsemble,
  linearProbes,
  numberEnsemble,
  openEngine,
  Parameters,
  predictLabels,
  predictNumbers,
  r2,
  Random,
  squaredError,
  squaredErrors,
  targetScale,
  tf,
  trueLabelProbability,
} from "mmspec/runtime";
import type { FitOptions, Model, Samples, Splits, Stage, TargetScale } from "mmspec/runtime";
import { compile, explain, type ModelIr } from "../../compiler/index.js";
import { paradigmsOf } from "../../compiler/tables/training.js";
import { block, spec } from "../support/specs.js";

type Inputs = Record<string, tf.Tensor>;

interface Trainer {
  ir: ModelIr;
  model: Model<Inputs> & { scale: TargetScale };
  stages: Stage<Inputs>[];
  data: Splits;
}

const fusions = { concat: "fusion = concat -> mlp(24)", ensemble: "fusion = ensemble", block };
const short = "intra: 4, consistency: 2, joint: 14, latent: 8";

/** Each paradigm that can learn numbers, with a fusion that it trains and how much of the best possible R2 it must reach. */
const ofNumbers: [name: string, fusion: keyof typeof fusions, paradigm: string, reaches: number][] = [
  ["joint", "concat", "joint", 0.93],
  ["joint", "block", "joint", 0.9],
  ["ensemble", "ensemble", "ensemble", 0.5],
  ["ensemble", "block", "ensemble", 0.5],
  ["unimodal", "concat", "unimodal(left)", 0.5],
  ["agm", "concat", "agm", 0.9],
  ["dmil", "block", `dmil(${short})`, 0.85],
  ["dmil", "block", `dmil(${short}, bound: cross_covariance)`, 0.85],
  ["dmil", "block", `dmil(${short}, ablation: fc)`, 0.85],
  ["dmil", "block", `dmil(${short}, ablation: intra_only)`, 0.85],
  ["dmil", "block", `dmil(${short}, ablation: consistency_only)`, 0.85],
];

/** Each paradigm that can learn labels, with a fusion that it trains and how near to the best possible accuracy it must come. */
const ofLabels: [name: string, fusion: keyof typeof fusions, paradigm: string, within: number][] = [
  ["joint", "concat", "joint", 0.05],
  ["joint", "block", "joint", 0.05],
  // Without both modalities together a half of the second label is missed.
  ["ensemble", "ensemble", "ensemble", 0.3],
  ["unimodal", "ensemble", "unimodal(left)", 0.3],
  ["ogm", "concat", "ogm", 0.05],
  ["ogm", "block", "ogm(noise: none)", 0.1],
  ["agm", "concat", "agm", 0.1],
  ["i2moe", "concat", "i2moe", 0.1],
  ["dmil", "block", `dmil(${short})`, 0.1],
  ["dmil", "block", `dmil(${short}, ablation: fc)`, 0.1],
  ["dmil", "block", `dmil(${short}, ablation: intra_only)`, 0.1],
  ["dmil", "block", `dmil(${short}, ablation: consistency_only)`, 0.1],
];

/** Beside the sources, so that "mmspec/runtime" is this package's own. */
let folder = "";
beforeAll(async () => {
  await openEngine("wasm");
  folder = mkdtempSync("test/learning/.targets-");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A generated model and its stages, and how to load another of its files. */
async function generated(text: string) {
  const { ir, files, diagnostics } = await compile(text, "test.mmspec");
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const to = mkdtempSync(join(folder, "trainer-"));
  for (const { path, text } of files) writeFileSync(join(to, path), text);
  const load = (name: string) => import(resolve(to, name));
  const { Test } = (await load("model.ts")) as { Test: new () => Trainer["model"] };
  const { stages } = (await load("learning.ts")) as { stages(model: Model<Inputs>): Stage<Inputs>[] };
  const model = new Test();
  return { ir: ir as ModelIr, model, stages: stages(model), load };
}

async function trainer(text: string): Promise<Trainer> {
  const { load, ...made } = await generated(text);
  const { loadSamples } = (await load("data.ts")) as { loadSamples(): Promise<Splits> };
  return { ...made, data: await loadSamples() };
}

function options(): FitOptions {
  const quiet = { stage() {}, step() {}, epoch() {}, advance() {}, done() {} };
  return {
    random: new Random(1),
    progress: quiet,
    signal: new AbortController().signal,
    checkpoint: async () => {},
  } as unknown as FitOptions;
}

async function learn({ model, stages, data }: Trainer): Promise<Record<string, number>[]> {
  const terms: Record<string, number>[] = [];
  for (const stage of stages) {
    const { history } = await fit(model, data, stage, options());
    terms.push(...history.map(({ losses }) => losses));
  }
  return terms;
}

function train(paradigm: string, epochs: number): string {
  const staged = paradigm.startsWith("dmil");
  return `train { paradigm ${paradigm} ${staged ? "" : `epochs ${epochs}`} batch 32 optimizer adam(lr: 3e-3) seed 3 }`;
}

describe("a number", () => {
  const source = (fusion: keyof typeof fusions, paradigm: string) =>
    spec({
      fusion: fusions[fusion],
      train: train(paradigm, 12),
      evaluate: "",
      data: "from feature_sum(shared: 1, own: 1, latent: 3, noise: 0.3, samples: 1500, seed: 2)\n  split 0.7 train, 0.3 test seed 1",
    }).replace("class(3)", "regression");

  it("is tried with every paradigm that can learn it", () => {
    expect(new Set(ofNumbers.map(([name]) => name))).toEqual(new Set(paradigmsOf("regression")));
  });

  it.each(ofNumbers)("%s learns it: %s by %s, on wasm", async (name, fusion, paradigm, reaches) => {
    const before = tf.memory().numTensors;
    const made = await trainer(source(fusion, paradigm));
    expect(explain(made.ir).parameters).toBe(made.model.parameters.count());
    const terms = await learn(made);
    expect(terms.flatMap(Object.values).every(Number.isFinite)).toBe(true);
    const predictions = await predictNumbers(made.model, made.data.test);
    const best = predictions.best?.r2 ?? NaN;
    // With all modalities only the noise is unexplained: 1 / (1 + 0.3^2) of the variance is.
    expect(best).toBeCloseTo(1 / 1.09, 1);
    const reached = r2(predictions).value;
    expect(reached).toBeGreaterThan(reaches * best);
    expect(reached).toBeLessThan(best + 0.02);
    if (name === "unimodal" || name === "ensemble") {
      // One modality shows six of the nine latent features that are summed.
      expect(reached).toBeLessThan(0.9 * best);
    }
    made.model.parameters.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("labels", () => {
  const source = (fusion: keyof typeof fusions, paradigm: string) =>
    spec({
      fusion: fusions[fusion],
      train: train(paradigm, 12),
      evaluate: "",
      data: "from logic_gate(gate: [rdn, xor, or], samples: 1500, noise: 0.4, seed: 2)\n  split 0.7 train, 0.3 test seed 1",
    }).replace("class(3)", 'multilabel("same", "either", "some")');

  it("are tried with every paradigm that can learn them", () => {
    expect(new Set(ofLabels.map(([name]) => name))).toEqual(new Set(paradigmsOf("multilabel")));
  });

  it.each(ofLabels)("%s learns them: %s by %s, on wasm", async (name, fusion, paradigm, within) => {
    const before = tf.memory().numTensors;
    const made = await trainer(source(fusion, paradigm));
    expect(explain(made.ir).parameters).toBe(made.model.parameters.count());
    const terms = await learn(made);
    expect(terms.flatMap(Object.values).every(Number.isFinite)).toBe(true);
    const predictions = await predictLabels(made.model, made.data.test);
    const best = predictions.best?.accuracy ?? NaN;
    const { value, details } = labelAccuracy(predictions);
    expect(value).toBeGreaterThan(best - within);
    expect(value).toBeLessThan(best + 0.01);
    // An exclusive or is told by both modalities together alone.
    if (name === "unimodal" || name === "ensemble") expect(details?.either).toBeLessThan(0.65);
    const alone = predictions.unimodal ?? (await linearProbes(made.model, made.data));
    for (const probabilities of Object.values(alone)) {
      expect(probabilities).toHaveLength(3 * predictions.size);
      const right = probabilities.filter(
        (p, at) => at % 3 === 0 && (p >= 0.5 ? 1 : 0) === predictions.targets[at],
      );
      // Either modality tells the first label.
      expect(right.length / predictions.size).toBeGreaterThan(0.8);
    }
    made.model.parameters.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** Samples with one modality, whose numbers are linear in it. */
function line(offset: number, slope: number): Samples {
  const size = 256;
  const x = Float32Array.from({ length: size }, (_, i) => i / size - 0.5);
  const values = Float32Array.from({ length: 2 * size }, (_, at) =>
    at % 2 === 0 ? offset + slope * (x[at / 2] as number) : -1e-3 * (x[(at - 1) / 2] as number),
  );
  return {
    size,
    inputs: { x },
    shapes: { x: [1] },
    present: { x: new Uint8Array(size).fill(1) },
    labels: new Int32Array(size),
    classes: ["large", "small"],
    targets: { kind: "regression", values },
    index: Int32Array.from(x.keys()),
  };
}

/** A model of two numbers from one modality `x`. */
function linearModel() {
  const text = spec({
    fusion: "fusion = concat",
    train: train("joint", 100),
    evaluate: "",
    data: 'from "line.npz"\n  x <- "x"\n  label <- "label"\n  split 0.5 train, 0.5 test',
  })
    .replace("class(3)", "regression(2)")
    .replace("  modality right: vector(12)\n", "")
    .replace("  encoder Right for right = mlp(16)\n", "")
    .replace("modality left: vector(9)", "modality x: vector(1)")
    .replace("Left for left = mlp(16)", "X for x = mlp(8)");
  return generated(text);
}

describe("the scale of numbers", () => {
  it("standardises by the training split, and restores the units", () => {
    const parameters = new Parameters(1);
    const scale = targetScale({ outputs: 2 })(parameters.scope("target"));
    const samples = line(1000, 40);
    scale.fit(samples);
    const values = tf.tensor2d((samples.targets as { values: Float32Array }).values, [samples.size, 2]);
    const standard = scale.standardise(values);
    const { mean, variance } = tf.moments(standard, 0);
    mean.dataSync().forEach((value) => expect(value).toBeCloseTo(0, 4));
    variance.dataSync().forEach((value) => expect(value).toBeCloseTo(1, 4));
    const restored = scale.restore(standard).dataSync();
    values.dataSync().forEach((value, at) => expect(restored[at]).toBeCloseTo(value, 3));
    expect(parameters.count()).toBe(0);
    expect(parameters.named().map(({ name }) => name)).toEqual(["target.mean", "target.deviation"]);
  });

  it("makes numbers of any mean and size learn alike, and goes with the weights", async () => {
    const { model, stages } = await linearModel();
    const data = { train: line(1000, 40), test: line(1000, 40) };
    await fit(model, data, stages[0] as Stage<Inputs>, options());
    const { details } = r2(await predictNumbers(model, data.test));
    expect(details?.large).toBeGreaterThan(0.99);
    expect(details?.small).toBeGreaterThan(0.99);
    // Saved and put into another model, the weights predict the same, in the same units.
    const other = (await linearModel()).model;
    other.parameters.assign(model.parameters.named());
    const [first, second] = [await predictNumbers(model, data.test), await predictNumbers(other, data.test)];
    expect(second.predicted).toEqual(first.predicted);
    expect(first.predicted[0]).toBeGreaterThan(900);
  });
});

describe("losses of labels and numbers", () => {
  const logits = () => tf.tensor2d([0, 2, -3, 80, -80, 1], [3, 2]);
  const labels = () => tf.tensor2d([1, 0, 0, 1, 1, 1], [3, 2]);
  /** Exact: -log sigmoid(x) and -log sigmoid(-x). */
  const each = [
    Math.log(2),
    Math.log1p(Math.exp(2)),
    Math.log1p(Math.exp(-3)),
    0,
    80,
    Math.log1p(Math.exp(-1)),
  ];

  it("binary cross-entropy is exact and finite, with the samples' weights", () => {
    const mean = each.reduce((a, b) => a + b, 0) / 6;
    expect(binaryCrossEntropy(logits(), labels()).dataSync()[0]).toBeCloseTo(mean, 5);
    const weights = tf.tensor2d([1, 0, 1], [3, 1]);
    const some = [0, 1, 4, 5].reduce((sum, at) => sum + (each[at] as number), 0) / 4;
    expect(binaryCrossEntropy(logits(), labels(), weights).dataSync()[0]).toBeCloseTo(some, 5);
    const both = binaryCrossEntropies({ a: logits(), b: tf.neg(logits()) as tf.Tensor2D }, labels());
    expect(both.a.dataSync()[0]).toBeCloseTo(mean, 5);
    const other = tf.sub(1, labels()) as tf.Tensor2D;
    expect(both.b.dataSync()[0]).toBeCloseTo(binaryCrossEntropy(logits(), other).dataSync()[0] as number, 5);
  });

  it("its gradient is sigmoid - label", () => {
    const y = labels();
    const gradient = tf
      .grad((x) => binaryCrossEntropy(x as tf.Tensor2D, y))(logits())
      .dataSync();
    const x = [0, 2, -3, 80, -80, 1];
    const z = [1, 0, 0, 1, 1, 1];
    x.forEach((value, at) =>
      expect(gradient[at]).toBeCloseTo((1 / (1 + Math.exp(-value)) - (z[at] as number)) / 6, 6),
    );
  });

  it("squared error is the mean over samples and numbers", () => {
    const predicted = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const truth = tf.tensor2d([0, 2, 3, 7], [2, 2]);
    expect(squaredError(predicted, truth).dataSync()[0]).toBeCloseTo(2.5, 6);
    expect(squaredError(predicted, truth, tf.tensor2d([1, 0], [2, 1])).dataSync()[0]).toBeCloseTo(0.5, 6);
    const each = squaredErrors({ a: predicted, b: truth }, truth);
    expect([each.a.dataSync()[0], each.b.dataSync()[0]]).toEqual([2.5, 0]);
  });

  it("ensembles are means of probabilities, and of numbers, over the modalities that are there", () => {
    const [a, b] = [tf.tensor2d([0, 2], [2, 1]), tf.tensor2d([1, -1], [2, 1])];
    const present = [tf.tensor2d([1, 1], [2, 1]), tf.tensor2d([1, 0], [2, 1])];
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const mean = tf.sigmoid(labelEnsemble([a, b], present)).dataSync();
    expect(mean[0]).toBeCloseTo((sigmoid(0) + sigmoid(1)) / 2, 5);
    expect(mean[1]).toBeCloseTo(sigmoid(2), 5);
    expect(Array.from(numberEnsemble([a, b], present).dataSync())).toEqual([0.5, 2]);
    const sure = labelEnsemble([tf.tensor2d([200], [1, 1]), tf.tensor2d([200], [1, 1])]).dataSync()[0];
    expect(Number.isFinite(sure)).toBe(true);
  });

  it("the probability of true labels is summed over the batch", () => {
    const x = tf.tensor2d([0, Math.log(3)], [1, 2]);
    expect(trueLabelProbability(x, tf.tensor2d([1, 1], [1, 2])).dataSync()[0]).toBeCloseTo(0.625, 6);
    expect(trueLabelProbability(x, tf.tensor2d([1, 0], [1, 2])).dataSync()[0]).toBeCloseTo(0.375, 6);
  });
});
