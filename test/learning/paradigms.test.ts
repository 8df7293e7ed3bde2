import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fit, linearProbes, openEngine, predict, Random, tf } from "mmspec/runtime";
import type { Align, FitOptions, Model, Splits, Stage } from "mmspec/runtime";
import { compile, explain, type ModelIr } from "../../compiler/index.js";
import { paradigms } from "../../compiler/tables/training.js";
import { block, spec } from "../support/specs.js";

type Inputs = Record<string, tf.Tensor>;

/** What a generated trainer exports, by file. */
interface Trainer {
  ir: ModelIr;
  model: Model<Inputs>;
  stages: Stage<Inputs>[];
  data: Splits;
}

const fusions = { concat: "fusion = concat -> mlp(16)", ensemble: "fusion = ensemble", block };
const short = "intra: 6, consistency: 3, joint: 6, latent: 8";
/** Each paradigm with each kind of fusion that it trains, and its ablations. */
const cases: [name: string, fusion: keyof typeof fusions, paradigm: string][] = [
  ["joint", "concat", "joint"],
  ["ensemble", "ensemble", "ensemble"],
  ["unimodal", "concat", "unimodal(right)"],
  ["unimodal", "ensemble", "unimodal(right)"],
  ["unimodal", "block", "unimodal(right)"],
  ["ogm", "concat", "ogm"],
  ["ogm", "block", "ogm(noise: none)"],
  ["agm", "concat", "agm"],
  ["agm", "block", "agm"],
  ["pmr", "concat", "pmr"],
  ["pmr", "block", "pmr"],
  ["i2moe", "concat", "i2moe"],
  ["evidence", "block", "evidence"],
  ["dmil", "block", `dmil(${short})`],
  ["dmil", "block", `dmil(${short}, bound: cross_covariance)`],
  ["dmil", "block", `dmil(${short}, ablation: fc)`],
  ["dmil", "block", `dmil(${short}, ablation: intra_only)`],
  ["dmil", "block", `dmil(${short}, ablation: consistency_only)`],
];

/** Beside the sources, so that "mmspec/runtime" is this package's own. */
let folder = "";
beforeAll(async () => {
  await openEngine("wasm");
  folder = mkdtempSync("test/learning/.trainers-");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function trainer(text: string): Promise<Trainer> {
  const { ir, files, diagnostics } = await compile(text, "test.mmspec");
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const to = mkdtempSync(join(folder, "trainer-"));
  for (const { path, text } of files) writeFileSync(join(to, path), text);
  const load = (name: string) => import(resolve(to, name));
  const { Test } = (await load("model.ts")) as { Test: new () => Model<Inputs> };
  const { stages } = (await load("learning.ts")) as { stages(model: Model<Inputs>): Stage<Inputs>[] };
  const { loadSamples } = (await load("data.ts")) as { loadSamples(): Promise<Splits> };
  const model = new Test();
  return { ir: ir as ModelIr, model, stages: stages(model), data: await loadSamples() };
}

/** Learns all stages. @returns the loss terms of each epoch */
async function learn({ model, stages, data }: Trainer): Promise<Record<string, number>[]> {
  const quiet = { stage() {}, step() {}, epoch() {}, advance() {}, done() {} };
  const options = {
    random: new Random(1),
    progress: quiet,
    signal: new AbortController().signal,
    checkpoint: async () => {},
  } as unknown as FitOptions;
  const terms: Record<string, number>[] = [];
  for (const stage of stages) {
    const { history } = await fit(model, data, stage, options);
    terms.push(...history.map(({ losses }) => losses));
  }
  return terms;
}

function accuracy(probabilities: Float32Array, labels: Int32Array): number {
  const width = probabilities.length / labels.length;
  const right = labels.filter((label, i) => {
    const own = probabilities.subarray(i * width, (i + 1) * width);
    return own.indexOf(Math.max(...own)) === label;
  });
  return right.length / labels.length;
}

describe("every paradigm", () => {
  it("is tried here", () => {
    expect(new Set(cases.map(([name]) => name))).toEqual(new Set(paradigms.keys()));
  });

  it.each(cases)("%s learns a fusion of kind %s by %s, on wasm", async (name, fusion, paradigm) => {
    const before = tf.memory().numTensors;
    const train = `train { paradigm ${paradigm} ${name === "dmil" ? "" : "epochs 8"} batch 32 optimizer adam(lr: 3e-3) seed 3 }`;
    const data =
      "from synthetic(redundancy: 0.9, samples: 500, noise: 0.3, seed: 2)\n  split 0.7 train, 0.3 test seed 1";
    const made = await trainer(spec({ fusion: fusions[fusion], train, data }));
    expect(explain(made.ir).parameters).toBe(made.model.parameters.count());
    const terms = await learn(made);
    expect(terms.flatMap(Object.values).every(Number.isFinite)).toBe(true);
    const predictions = await predict(made.model, made.data.test);
    // A tenth of the samples tells nothing; guessing is right for a third.
    expect(accuracy(predictions.probabilities, predictions.labels)).toBeGreaterThan(0.75);
    // What each modality tells alone, by the model's own predictors or by probes: the synergy indicator needs it.
    const row = paradigms.get(name);
    expect(predictions.unimodal !== undefined).toBe(row?.unimodal);
    const alone = predictions.unimodal ?? (await linearProbes(made.model, made.data));
    const read = name === "unimodal" ? ["right"] : ["left", "right"];
    expect(Object.keys(alone)).toEqual(read);
    for (const one of Object.values(alone)) expect(accuracy(one, predictions.labels)).toBeGreaterThan(0.6);
    made.model.parameters.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("that fuses learns three modalities, with an R and an S of all and of some", async () => {
    const fusion = `modality third: vector(9)
  encoder Third for third = mlp(16)
  fusion {
    redundant(left, right, third) = align(cosine) -> linear
    redundant(left, right) = align(infonce) -> linear
    unique(left) = linear
    unique(right) = linear
    unique(third) = linear
    synergistic(left, right, third) = bilinear(rank: 8) -> dense(16) -> linear
    synergistic(right, third) = bilinear(rank: 8) -> linear
    gate = mlp(8)
  }`;
    const data =
      "from synthetic(redundancy: 0.9, samples: 500, noise: 0.3, seed: 2)\n  split 0.7 train, 0.3 test seed 1";
    for (const paradigm of [`dmil(${short})`, "agm epochs 8", "evidence epochs 8"]) {
      const train = `train { paradigm ${paradigm} batch 32 optimizer adam(lr: 3e-3) seed 3 }`;
      const made = await trainer(spec({ fusion, train, data }));
      expect(explain(made.ir).parameters).toBe(made.model.parameters.count());
      const terms = await learn(made);
      const predictions = await predict(made.model, made.data.test);
      expect(accuracy(predictions.probabilities, predictions.labels), paradigm).toBeGreaterThan(0.75);
      expect(predictions.shares?.length).toBe(7 * predictions.size);
      if (!paradigm.startsWith("dmil")) continue;
      const apart = Object.keys(terms.at(-1) ?? {}).filter((name) => /^vclub\.(?!misfit)/.test(name));
      expect(apart).toEqual([
        "vclub.left.redundantLeftRightThird",
        "vclub.left.redundantLeftRight",
        "vclub.left.redundantLeftRight.redundantLeftRightThird",
        "vclub.right.redundantLeftRightThird",
        "vclub.right.redundantLeftRight",
        "vclub.right.redundantLeftRight.redundantLeftRightThird",
        "vclub.third",
      ]);
    }
  });

  it("learns the same from the same seed", async () => {
    const train = "train { paradigm pmr epochs 2 batch 32 seed 3 }";
    const weights = async () => {
      const made = await trainer(spec({ train }));
      await learn(made);
      return made.model.parameters.named().flatMap(({ tensor }) => [...tensor.dataSync()]);
    };
    expect(await weights()).toEqual(await weights());
  });
});

describe("what a fusion adds to the loss", () => {
  const moe = "moe(experts: 3, top: 1, units: 8)";
  const experts = block.replace("bilinear(rank: 8)", moe);
  const expertsOf = ["uniqueLeft", "uniqueRight", "synergistic", "redundant"];
  it.each<[paradigm: string, fusion: string, terms: string[]]>([
    ["joint", "block", ["align.redundant", "balance.synergistic"]],
    ["ogm", "block", ["align.redundant", "balance.synergistic"]],
    ["agm", "block", ["align.redundant", "balance.synergistic"]],
    ["pmr", "block", ["align.redundant", "balance.synergistic"]],
    ["evidence", "block", ["balance.synergistic"]],
    ["dmil(intra: 1, consistency: 1, joint: 1)", "block", ["align.redundant", "balance.synergistic"]],
    ["unimodal(left)", "block", []],
    ["joint", moe, ["balance"]],
    ["unimodal(left)", moe, ["balance"]],
    ["i2moe", moe, expertsOf.map((id) => `balance.${id}`)],
    ["joint", "align(mse)", ["align"]],
    ["unimodal(left)", "align(mse)", []],
    ["joint", "align(mse, weight: 0)", []],
    ["joint", "moe(experts: 2, top: 2)", []],
    ["joint", "moe(experts: 3, top: 1, balance: 0)", []],
  ])("by %s of %s: %j", async (paradigm, fusion, wanted) => {
    const train = `train { paradigm ${paradigm} batch 32 seed 3 ${paradigm.startsWith("dmil") ? "" : "epochs 1"} }`;
    const written = fusion === "block" ? experts : `fusion = ${fusion}`;
    const made = await trainer(
      spec({ top: "", fusion: written, train }).replace("modality right", "optional modality right"),
    );
    const terms = (await learn(made)).at(-1) ?? {};
    const added = Object.keys(terms).filter((name) => /^(align|balance)/.test(name));
    expect(added.sort()).toEqual([...wanted].sort());
    expect(Object.values(terms).every(Number.isFinite)).toBe(true);
    made.model.parameters.dispose();
  });

  it("brings the views of what is redundant together", async () => {
    const apart = async (weight: number) => {
      const fusion = block.replace("align(cosine)", `align(cosine, weight: ${weight})`);
      const made = await trainer(
        spec({ fusion, train: "train { paradigm joint epochs 12 batch 32 seed 3 }" }),
      );
      await learn(made);
      const { encodings } = await predict(made.model, made.data.test);
      const { redundantMerge } = made.model as unknown as { redundantMerge: Align };
      return tf.tidy(() => {
        const xs = ["left", "right"].map((name) => {
          const { values, width } = encodings[name] as { values: Float32Array; width: number };
          return tf.tensor2d(values, [values.length / width, width]);
        });
        const context = { training: false, random: new Random(1), temperature: 0 };
        return redundantMerge.apart(xs, "cosine", context).dataSync()[0] as number;
      });
    };
    expect(await apart(1)).toBeLessThan(0.7 * (await apart(0)));
  });
});

describe("the stages of dmil", () => {
  const all = (model: Model<Inputs>) =>
    new Map(model.parameters.named().map(({ name, tensor }) => [name, [...tensor.dataSync()].join()]));

  it("learn the encoders and M and N, then the interactions with these frozen, then everything", async () => {
    const train = "train { paradigm dmil(intra: 1, consistency: 1, joint: 1) batch 64 seed 1 }";
    const made = await trainer(spec({ fusion: block, train }));
    const learned: Set<string>[] = [];
    for (const stage of made.stages) {
      const before = all(made.model);
      await learn({ ...made, stages: [stage] });
      const after = all(made.model);
      const changed = [...after].filter(([name, values]) => before.get(name) !== values);
      learned.push(new Set(changed.map(([name]) => name.split(".")[0] as string)));
    }
    expect(learned).toEqual([
      new Set(["encoder", "intra"]),
      new Set(["consistency", "component", "bound"]),
      new Set(["encoder", "intra", "consistency", "component", "bound", "gate"]),
    ]);
  });
});
