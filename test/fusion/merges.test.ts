import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { openEngine, surveyEngines } from "../../runtime/engines/index.js";
import { analyse, explain } from "../../compiler/index.js";
import { merges } from "../../compiler/tables/merges.js";
import * as runtime from "../../runtime/index.js";
import { expectDiagnostics } from "../support/diagnostics.js";

beforeAll(async () => {
  await openEngine("cpu");
});

/** A merge as a spec writes it, of modalities of these widths, and how wide it makes them. */
const written: [merge: string, widths: number[], output: number][] = [
  ["concat", [3, 5], 8],
  ["sum", [4, 4, 4], 4],
  ["mean", [4, 4, 4], 4],
  ["max", [4, 4], 4],
  ["product", [4, 4], 4],
  ["bilinear(rank: 5)", [3, 4], 5],
  ["tensor(rank: 3, units: 6)", [3, 5, 2], 6],
  ["tensor", [4], 32],
  ["attention(heads: 2, units: 6)", [3, 5, 2], 6],
  ["attention(heads: 3, units: 6)", [3], 6],
  ["cross_attention(heads: 2, units: 6, tokens: 3)", [3, 5, 2], 18],
  ["cross_attention(heads: 2, units: 6)", [3, 5], 12],
  ["cross_attention(heads: 2, units: 6)", [3], 6],
  ["film", [3, 5, 2], 3],
  ["film", [3], 3],
  ["film(by: m1)", [3, 5, 2], 5],
  ["film(by: m2)", [3, 5, 2], 8],
  ["film(by: m0)", [3], 3],
  ["gated(6)", [3, 5, 2], 6],
  ["moe(experts: 4, top: 2, units: 6)", [3, 5], 6],
  ["moe(experts: 3, top: 1, units: 4)", [3, 5], 4],
  ["moe(experts: 2, top: 2, units: 4)", [3, 5], 4],
  ["moe(experts: 4, top: 2, units: 6, noise: learned)", [3, 5], 6],
  ["align(cosine, units: 6)", [3, 5], 6],
];

function specOf(merge: string, widths: readonly number[]): string {
  return `model M {
  target y: class(2)
  ${widths.map((width, m) => `modality m${m}: vector(${width}) encoder E${m} for m${m} = relu`).join("\n  ")}
  fusion = ${merge}
  train { paradigm joint }
}`;
}

/** What the compiler says of a merge, and the runtime's merge, whose weights all are away from where they begin. */
function made(merge: string, widths: readonly number[]) {
  const [ir] = analyse(specOf(merge, widths), "m.mmspec").models;
  if (ir?.fusion.kind !== "merge") throw new Error("no merge");
  const row = ir.fusion.merge;
  const parameters = new runtime.Parameters(1);
  const { name, options } = row.call as { name: keyof typeof runtime; options?: object };
  const build = runtime[name] as (options?: object) => runtime.MergeMaker;
  const layer = build(options)(parameters.scope("merge"));
  const random = new runtime.Random(7);
  for (const variable of parameters.select())
    variable.assign(normal(random, variable.shape, 0.7) as tf.Tensor);
  return { row, ir, parameters, layer };
}

function normal(random: runtime.Random, shape: number[], scale = 1): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => scale * random.normal()),
    shape,
  );
}

function runtimeWeights(modalities: number) {
  const parameters = new runtime.Parameters(1);
  return { parameters, weighing: runtime.modalityWeights({ modalities })(parameters.scope("weights")) };
}

const context = () => ({ training: true, random: new runtime.Random(1), temperature: 0.1 });
const batch = 5;
const inputsOf = (widths: readonly number[], seed = 3) => {
  const random = new runtime.Random(seed);
  return widths.map((width) => normal(random, [batch, width]) as tf.Tensor2D);
};

describe("the table of fusions", () => {
  it.each(written)("says of %s what the runtime makes of it", (merge, widths, output) => {
    const { row, ir, parameters, layer } = made(merge, widths);
    expect(row.output).toBe(output);
    expect(layer.apply(inputsOf(widths), context()).shape).toEqual([batch, output]);
    expect(row.weights).toBe(parameters.count());
    expect(explain(ir).parts.some(({ layer: text }) => text === merge)).toBe(true);
  });

  it("has a test of each here, and examples that are right", () => {
    const tested = new Set(written.map(([merge]) => merge.replace(/\(.*/, "")));
    expect([...tested].sort()).toEqual([...merges.keys()].sort());
    for (const { example } of merges.values()) expectDiagnostics(specOf(example, [4, 4]), []);
  });

  it("counts the weights of an ensemble", () => {
    const parts = (fusion: string) =>
      explain(analyse(specOf(fusion, [4, 4, 4]), "m.mmspec").models[0] as never).parts;
    const { parameters } = runtimeWeights(3);
    const [weighing] = parts("ensemble(learned)").filter(({ layer }) => layer === "ensemble(learned)");
    expect(weighing?.parameters).toBe(parameters.count());
    expect(parts("ensemble(mean)")).toEqual(parts("ensemble"));
  });

  it("reports heads that don't share out the units, and more experts asked than there are", () => {
    const found = (merge: string) =>
      analyse(specOf(merge, [4, 4]), "m.mmspec").diagnostics.map(({ code }) => code);
    expect(found("attention(heads: 5)")).toEqual(["MM3020"]);
    expect(found("cross_attention(heads: 3, units: 9)")).toEqual([]);
    expect(found("moe(experts: 2, top: 3)")).toEqual(["MM3025"]);
  });
});

const others = (await surveyEngines())
  .filter(({ name, available }) => available && (name === "wasm" || name === "tensorflow"))
  .map(({ name }) => name);

/** Output and gradients of the inputs and of each weight array, weighted by fixed numbers so that nothing cancels. */
function run(merge: string, widths: readonly number[], output: number, present?: tf.Tensor2D[]) {
  const { parameters, layer } = made(merge, widths);
  const xs = inputsOf(widths);
  const factors = normal(new runtime.Random(5), [batch, output]);
  const loss = (...given: tf.Tensor[]) =>
    tf.sum(tf.mul(layer.apply(given as tf.Tensor2D[], context(), present), factors)) as tf.Scalar;
  const variables = parameters.select();
  const byWeight = variables.length > 0 ? tf.variableGrads(() => loss(...xs), variables).grads : {};
  const named = parameters
    .named()
    .map(({ name, tensor }) => [name, byWeight[(tensor as tf.Variable).name] as tf.Tensor] as const);
  const byInput = tf
    .grads(loss)(xs)
    .map((grad, m) => [`input ${m}`, grad] as const);
  return {
    at: (given: tf.Tensor[]) => tf.tidy(() => loss(...given)).dataSync()[0] as number,
    xs,
    variables: new Map(parameters.named().map(({ name, tensor }) => [name, tensor as tf.Variable])),
    value: [...layer.apply(xs, context(), present).dataSync()],
    gradients: new Map<string, number[]>(
      [...byInput, ...named].map(([name, grad]) => [name, [...grad.dataSync()]]),
    ),
  };
}

describe.each(written)("%s of %s", (merge, widths, output) => {
  it.each([false, true])("has the gradient that differences show (some missing: %s)", (missing) => {
    const present = widths.map((_, m) =>
      tf.tensor2d(
        Array.from({ length: batch }, (_, i) => (missing && (i + m) % 3 === 0 ? 0 : 1)),
        [batch, 1],
      ),
    );
    const { at, xs, variables, gradients } = run(merge, widths, output, missing ? present : undefined);
    const random = new runtime.Random(9);
    const step = 1e-3;
    const compare = (name: string, shape: number[], moved: (along: tf.Tensor) => number) => {
      const along = normal(random, shape);
      const difference = (moved(tf.mul(along, step)) - moved(tf.mul(along, -step))) / (2 * step);
      const gradient = gradients.get(name) as number[];
      const direction = along.dataSync();
      const derivative = gradient.reduce((sum, value, i) => sum + value * (direction[i] as number), 0);
      const scale = Math.max(0.5, Math.hypot(...gradient));
      expect(Math.abs(derivative - difference) / scale, name).toBeLessThan(0.02);
    };
    xs.forEach((x, m) =>
      compare(`input ${m}`, x.shape, (by) => at(xs.map((other, o) => (o === m ? tf.add(other, by) : other)))),
    );
    for (const [name, variable] of variables) {
      const before = tf.clone(variable as tf.Tensor);
      compare(name, variable.shape, (by) => {
        variable.assign(tf.add(before, by));
        const value = at(xs);
        variable.assign(before);
        return value;
      });
    }
  });

  it.each(others)("computes on %s what it computes in plain JavaScript", async (engine) => {
    const here = run(merge, widths, output);
    await openEngine(engine);
    try {
      const there = run(merge, widths, output);
      const near = (found: number[], wanted: number[], name: string) => {
        const scale = Math.max(1, ...wanted.map(Math.abs));
        expect(found.length).toBe(wanted.length);
        found.forEach((value, i) =>
          expect(Math.abs(value - (wanted[i] as number)) / scale, name).toBeLessThan(2e-4),
        );
      };
      near(there.value, here.value, "value");
      for (const [name, wanted] of here.gradients) near(there.gradients.get(name) as number[], wanted, name);
    } finally {
      await openEngine("cpu");
    }
  });
});

describe("values", () => {
  const weights = ({ parameters }: ReturnType<typeof made>, name: string) => {
    const found = parameters.named().find((one) => one.name === `merge.${name}`)?.tensor as tf.Tensor;
    return (found.rank === 1 ? tf.expandDims(found, 0) : found).arraySync() as number[][];
  };
  const times = (row: number[], matrix: number[][]) =>
    (matrix[0] as number[]).map((_, j) =>
      row.reduce((sum, value, i) => sum + value * (matrix[i]?.[j] as number), 0),
    );
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const rows = (widths: number[]) => inputsOf(widths).map((x) => x.arraySync()[0] as number[]);
  const first = (merge: ReturnType<typeof made>, widths: number[]) =>
    [...merge.layer.apply(inputsOf(widths), context()).dataSync()].slice(0, merge.row.output);
  const expectNear = (found: number[], wanted: number[]) => {
    expect(found.length).toBe(wanted.length);
    wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 4));
  };

  it("tensor is the linear map of the outer product with 1s whose weights have that rank", () => {
    const merge = made("tensor(rank: 2, units: 3)", [2, 3]);
    const [a = [], b = []] = rows([2, 3]).map((x) => [...x, 1]);
    const [factorA, factorB, bias] = [
      weights(merge, "factor1"),
      weights(merge, "factor2"),
      weights(merge, "bias"),
    ];
    const wanted = [0, 1, 2].map((unit) => {
      let sum = bias[0]?.[unit] as number;
      // Entry (i, j) of the outer product times its weight, a sum of two products.
      a.forEach((x, i) =>
        b.forEach((y, j) => {
          const weight = [0, 1].reduce(
            (total, r) =>
              total + (factorA[i]?.[3 * r + unit] as number) * (factorB[j]?.[3 * r + unit] as number),
            0,
          );
          sum += x * y * weight;
        }),
      );
      return sum;
    });
    expectNear(first(merge, [2, 3]), wanted);
  });

  it("film scales and shifts the first by the others", () => {
    const merge = made("film", [2, 3, 1]);
    const [x = [], ...rest] = rows([2, 3, 1]);
    const bias = weights(merge, "modulation.bias")[0] as number[];
    const by = times(rest.flat(), weights(merge, "modulation.kernel")).map((v, i) => v + (bias[i] as number));
    expectNear(
      first(merge, [2, 3, 1]),
      x.map((value, i) => (1 + (by[i] as number)) * value + (by[2 + i] as number)),
    );
  });

  it("film lets one scale and shift all others, in whichever place it stands", () => {
    const merge = made("film(by: m1)", [2, 3, 1]);
    const [a = [], by = [], b = []] = rows([2, 3, 1]);
    const bias = weights(merge, "modulation.bias")[0] as number[];
    const said = times(by, weights(merge, "modulation.kernel")).map((v, i) => v + (bias[i] as number));
    expectNear(
      first(merge, [2, 3, 1]),
      [...a, ...b].map((value, i) => (1 + (said[i] as number)) * value + (said[3 + i] as number)),
    );
  });

  it("film under a paradigm that reads one modality leaves it as it is", () => {
    for (const modality of ["m0", "m1"]) {
      const text = specOf("film(by: m1)", [2, 3]).replace("joint", `unimodal(${modality})`);
      const [ir] = analyse(text, "m.mmspec").models;
      const merge = ir?.fusion.kind === "merge" ? ir.fusion.merge : undefined;
      expect(merge).toMatchObject({ output: modality === "m0" ? 2 : 3, weights: 0 });
    }
  });

  it("gated lets all say how far each feature of each counts", () => {
    const merge = made("gated(2)", [2, 3]);
    const xs = rows([2, 3]);
    const linear = (row: number[], name: string) =>
      times(row, weights(merge, `${name}.kernel`)).map(
        (v, i) => v + (weights(merge, `${name}.bias`)[0]?.[i] as number),
      );
    const gates = (inputs: number[]) => linear(inputs, "gates").map(sigmoid);
    const features = xs.map((x, m) => linear(x, `features${m + 1}`).map(Math.tanh));
    const part = (opened: number[], m: number, unit: number) =>
      (opened[2 * m + unit] as number) * (features[m]?.[unit] as number);
    const all = gates(xs.flat());
    expectNear(
      first(merge, [2, 3]),
      [0, 1].map((unit) => part(all, 0, unit) + part(all, 1, unit)),
    );
    // Without the second modality its part is gone, though its features have a bias.
    const [a] = inputsOf([2, 3]) as [tf.Tensor2D];
    const [there, gone] = [tf.ones([batch, 1]), tf.zeros([batch, 1])] as [tf.Tensor2D, tf.Tensor2D];
    const alone = merge.layer.apply([a, tf.zeros([batch, 3])], context(), [there, gone]).dataSync();
    const some = gates([...(xs[0] as number[]), 0, 0, 0]);
    expectNear(
      [...alone].slice(0, 2),
      [0, 1].map((unit) => part(some, 0, unit)),
    );
  });

  it("moe asks the experts with the highest scores alone, by the softmax of these", () => {
    const merge = made("moe(experts: 3, top: 2, units: 2)", [2, 3]);
    const x = rows([2, 3]).flat();
    const biased = (kernel: string, bias: string) =>
      times(x, weights(merge, kernel)).map((v, i) => v + (weights(merge, bias)[0]?.[i] as number));
    const answers = biased("experts.kernel", "experts.bias").map((v) => Math.max(0, v));
    const scores = biased("gate.kernel", "gate.bias");
    const last = Math.min(...scores);
    const powers = scores.map((score) => (score === last ? 0 : Math.exp(score)));
    const total = powers.reduce((a, b) => a + b, 0);
    const wanted = [0, 1].map((unit) =>
      powers.reduce((sum, power, e) => sum + (power / total) * (answers[2 * e + unit] as number), 0),
    );
    expectNear(first(merge, [2, 3]), wanted);
  });

  it("moe tells how unevenly its experts are asked, and its noise only shows while learning", () => {
    const widths = [2, 3];
    const merge = made("moe(experts: 3, top: 2, units: 2, noise: learned)", widths);
    const [kernel, bias] = [weights(merge, "gate.kernel"), weights(merge, "gate.bias")[0] as number[]];
    const xs = inputsOf(widths);
    const samples = (tf.concat(xs, 1).arraySync() as number[][]).map((x) =>
      times(x, kernel).map((v, e) => v + (bias[e] as number)),
    );
    const [asked, probability] = [
      [0, 0, 0],
      [0, 0, 0],
    ] as [number[], number[]];
    for (const scores of samples) {
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      scores.forEach((score, e) => {
        (probability[e] as number) += Math.exp(score) / total / samples.length;
        (asked[e] as number) += score === Math.min(...scores) ? 0 : 1 / (2 * samples.length);
      });
    }
    const { imbalance } = merge.layer as runtime.MixtureOfExperts;
    const wanted = 3 * asked.reduce((sum, share, e) => sum + share * (probability[e] as number), 0);
    expect(imbalance(xs, context()).dataSync()[0]).toBeCloseTo(wanted, 5);
    // What is asked is a constant to the gradient: while it doesn't change, that of the probabilities is all there is.
    const variables = merge.parameters.select();
    const { grads } = tf.variableGrads(() => imbalance(xs, context()), variables);
    const [gate] = variables.filter(({ shape }) => shape.join() === "5,3") as [tf.Variable];
    const [before, along] = [tf.clone(gate as tf.Tensor), normal(new runtime.Random(2), gate.shape)];
    const moved = (by: number) => {
      gate.assign(tf.add(before, tf.mul(along, by)));
      return imbalance(xs, context()).dataSync()[0] as number;
    };
    const difference = (moved(1e-3) - moved(-1e-3)) / 2e-3;
    gate.assign(before);
    expect(tf.sum(tf.mul(grads[gate.name] as tf.Tensor, along)).dataSync()[0]).toBeCloseTo(difference, 2);

    const said = (training: boolean, seed: number) => [
      ...merge.layer.apply(xs, { ...context(), training, random: new runtime.Random(seed) }).dataSync(),
    ];
    expect(said(true, 1)).not.toEqual(said(true, 2));
    expect(said(false, 1)).toEqual(said(false, 2));
  });

  it("align tells how far its views are apart, where there are two", () => {
    const widths = [4, 3];
    const { layer } = made("align(mse, units: 5)", widths);
    const align = layer as runtime.Align;
    const [a, b] = inputsOf(widths) as [tf.Tensor2D, tf.Tensor2D];
    const views = align.views({ a, b }, context());
    const distances = tf.mean(tf.squaredDifference(views.a, views.b), 1).dataSync();
    const mean = [...distances].reduce((x, y) => x + y, 0) / batch;
    expect(align.apart([a, b], "mse", context()).dataSync()[0]).toBeCloseTo(mean, 5);
    const only = tf.tensor2d([0, 1, 0, 0, 0], [batch, 1]);
    const one = align.apart([a, b], "mse", context(), [only, tf.ones([batch, 1])]).dataSync()[0];
    expect(one).toBeCloseTo(distances[1] as number, 5);
  });

  it.each(["attention(heads: 2, units: 6)", "cross_attention(heads: 2, units: 6)", "mean"])(
    "%s doesn't depend on what a missing modality would have been",
    (name) => {
      const widths = [4, 4, 4];
      const { layer } = made(name, widths);
      const [a, b, c] = inputsOf(widths) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      const [other] = inputsOf([4], 8) as [tf.Tensor2D];
      const [there, gone] = [tf.ones([batch, 1]), tf.zeros([batch, 1])] as [tf.Tensor2D, tf.Tensor2D];
      const found = [b, other].map((one) => [
        ...layer.apply([a, one, c], context(), [there, gone, there]).dataSync(),
      ]);
      expectNear(found[0] as number[], found[1] as number[]);
      expect(found[0]?.some((value) => Math.abs(value) > 1e-3)).toBe(true);
    },
  );

  it("attention of nothing is 0, and of one modality isn't that of both", () => {
    const widths = [4, 4];
    const { layer } = made("attention(heads: 2, units: 6)", widths);
    const [a, b] = inputsOf(widths) as [tf.Tensor2D, tf.Tensor2D];
    const [there, gone] = [tf.ones([batch, 1]), tf.zeros([batch, 1])] as [tf.Tensor2D, tf.Tensor2D];
    expect([...layer.apply([a, b], context(), [gone, gone]).dataSync()].every((v) => v === 0)).toBe(true);
    const both = [...layer.apply([a, b], context(), [there, there]).dataSync()];
    const one = [...layer.apply([a, b], context(), [there, gone]).dataSync()];
    expect(both.some((value, i) => Math.abs(value - (one[i] as number)) > 1e-3)).toBe(true);
  });

  it("an ensemble's learned weights sum to 1 over what is there", () => {
    const { parameters, weighing } = runtimeWeights(3);
    const numbers = [3, 6, 9].map((value) => tf.fill([2, 1], value) as tf.Tensor2D);
    const mean = (present?: tf.Tensor2D[]) => [
      ...runtime.numberEnsemble(numbers, weighing.apply(present)).dataSync(),
    ];
    expectNear(mean(), [6, 6]);
    parameters.select()[0]?.assign(tf.tensor1d([Math.log(1), Math.log(2), Math.log(3)]));
    expectNear(mean(), [(3 + 12 + 27) / 6, (3 + 12 + 27) / 6]);
    const column = (values: number[]) => tf.tensor2d(values, [2, 1]);
    expectNear(mean([column([1, 0]), column([1, 0]), column([0, 0])]), [(3 + 12) / 3, 0]);
  });
});
