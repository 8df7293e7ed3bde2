import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { openEngine, surveyEngines } from "../../runtime/engines/index.js";
import { Parameters, Random } from "../../runtime/index.js";
import {
  attention,
  batchNorm,
  conv,
  conv1d,
  embed,
  embedColumns,
  flatten,
  globalMax,
  globalMean,
  gru,
  lstm,
  mel,
  norm,
  oneHotColumns,
  pool,
  reshape,
  resnet,
  transformer,
  type Context,
  type LayerMaker,
} from "../../runtime/layers/index.js";

interface Case {
  name: string;
  layer: LayerMaker;
  /** With the batch. */
  input: number[];
  output: number[];
  /** Whole numbers below it, of which there is no gradient. */
  below?: number;
  /** Real moments of each sample; the others are padding. */
  lengths?: number[];
  /** Of the difference: shorter where there are kinks. @default 2e-3 */
  step?: number;
  /** True where nothing has a gradient. */
  constant?: boolean;
}

/** Small sizes; where it can be, activations without a kink, so that differences are derivatives. */
const cases: Case[] = [
  {
    name: "conv1d",
    layer: conv1d({ channels: 3, filters: 4, kernel: 3, activation: "tanh" }),
    input: [2, 7, 3],
    output: [2, 7, 4],
  },
  {
    name: "conv1d with a stride, of a plain row",
    layer: conv1d({ channels: 1, filters: 3, kernel: 4, stride: 2, padding: "valid", activation: "gelu" }),
    input: [2, 11],
    output: [2, 4, 3],
  },
  {
    name: "conv of one channel that isn't named",
    layer: conv({ channels: 1, filters: 2, kernel: 3, activation: "tanh" }),
    input: [2, 4, 5],
    output: [2, 4, 5, 2],
  },
  { name: "pool over time", layer: pool({ size: 2 }), input: [2, 7, 3], output: [2, 3, 3] },
  {
    name: "pool over time by the mean",
    layer: pool({ size: 3, kind: "mean" }),
    input: [2, 7, 3],
    output: [2, 2, 3],
  },
  { name: "embed", layer: embed({ vocabulary: 9, features: 4 }), input: [3, 5], below: 9, output: [3, 5, 4] },
  {
    name: "oneHotColumns",
    layer: oneHotColumns({ columns: [0, 3, 0] }),
    input: [4, 3],
    below: 3,
    constant: true,
    output: [4, 5],
  },
  {
    name: "embedColumns",
    layer: embedColumns({ columns: [0, 3, 4], features: 2 }),
    input: [4, 3],
    below: 3,
    output: [4, 5],
  },
  { name: "gru", layer: gru({ inputs: 3, units: 4 }), input: [2, 6, 3], output: [2, 4] },
  {
    name: "gru of all moments",
    layer: gru({ inputs: 3, units: 4, output: "all" }),
    input: [2, 5, 3],
    output: [2, 5, 4],
  },
  { name: "lstm", layer: lstm({ inputs: 3, units: 4 }), input: [2, 6, 3], output: [2, 4] },
  {
    name: "lstm of all moments",
    layer: lstm({ inputs: 3, units: 4, output: "all" }),
    input: [2, 5, 3],
    output: [2, 5, 4],
  },
  { name: "gru of one moment", layer: gru({ inputs: 3, units: 4 }), input: [2, 1, 3], output: [2, 4] },
  { name: "lstm of one moment", layer: lstm({ inputs: 3, units: 4 }), input: [2, 1, 3], output: [2, 4] },
  { name: "attention", layer: attention({ features: 6, heads: 3 }), input: [2, 5, 6], output: [2, 5, 6] },
  {
    name: "transformer",
    layer: transformer({ features: 4, layers: 2, heads: 2, hidden: 6 }),
    input: [2, 5, 4],
    output: [2, 5, 4],
  },
  {
    name: "gru in both directions",
    layer: gru({ inputs: 3, units: 4, bidirectional: true }),
    input: [2, 6, 3],
    output: [2, 8],
  },
  {
    name: "lstm of all moments in both directions",
    layer: lstm({ inputs: 3, units: 2, output: "all", bidirectional: true }),
    input: [2, 5, 3],
    output: [2, 5, 4],
  },
  ...(
    [
      ["gru", gru({ inputs: 3, units: 4 }), [4]],
      ["lstm", lstm({ inputs: 3, units: 4 }), [4]],
      ["gru in both directions", gru({ inputs: 3, units: 2, bidirectional: true }), [4]],
      ["lstm in both directions", lstm({ inputs: 3, units: 2, bidirectional: true }), [4]],
      ["attention", attention({ features: 3, heads: 3 }), [6, 3]],
      ["transformer", transformer({ features: 3, layers: 1, heads: 1, hidden: 4 }), [6, 3]],
      ["conv1d", conv1d({ channels: 3, filters: 2, kernel: 3, activation: "tanh" }), [6, 2]],
      ["mean", globalMean(), [3]],
      ["max", globalMax(), [3]],
      ["flatten", flatten(), [18]],
    ] as const
  ).map(([name, layer, output]) => ({
    name: `${name} with padding`,
    layer,
    input: [4, 6, 3],
    lengths: [6, 3, 1, 0],
    output: [4, ...output],
  })),
  { name: "norm(layer)", layer: norm({ features: 3 }), input: [2, 4, 3], output: [2, 4, 3] },
  { name: "norm(batch)", layer: batchNorm({ features: 3 }), input: [3, 4, 3], output: [3, 4, 3] },
  { name: "norm(batch) of vectors", layer: batchNorm({ features: 3 }), input: [5, 3], output: [5, 3] },
  { name: "mean over time", layer: globalMean(), input: [2, 5, 3], output: [2, 3] },
  { name: "max over a picture", layer: globalMax(), input: [2, 3, 4, 3], output: [2, 3] },
  { name: "reshape", layer: reshape({ shape: [3, 4] }), input: [2, 12], output: [2, 3, 4] },
  {
    name: "mel",
    layer: mel({ rate: 400, mels: 5, window: 0.04, hop: 0.02 }),
    input: [2, 40],
    output: [2, 4, 5],
  },
  {
    name: "resnet",
    layer: resnet({ channels: 2, blocks: [1, 1], filters: 3 }),
    input: [3, 6, 5, 2],
    output: [3, 6],
    step: 3e-4,
  },
  {
    name: "resnet with the large stem",
    layer: resnet({ channels: 1, blocks: [1, 1], filters: 2, stem: "large" }),
    input: [3, 17, 16, 1],
    output: [3, 4],
    step: 3e-4,
  },
];

interface Found {
  value: number[];
  /** Of the input first, unless it is whole numbers, then of each weight array by name. */
  gradients: Record<string, number[]>;
}

/** A layer's output and its gradients, weighted by fixed numbers so that nothing cancels. Nothing is read back before all is computed. */
async function run(test: Case, engine: string): Promise<Found> {
  await tf.setBackend(engine);
  const { parameters, layer, x, weights, context } = made(test);
  const before = tf.memory().numTensors;
  const reads = [vi.spyOn(tf.Tensor.prototype, "dataSync"), vi.spyOn(tf.Tensor.prototype, "data")];
  const found = tf.tidy(() => {
    const weighted = (input: tf.Tensor) => tf.sum(tf.mul(layer.apply(input, context), weights)) as tf.Scalar;
    const variables = parameters.select();
    const { grads }: { grads: tf.NamedTensorMap } =
      variables.length > 0 ? tf.variableGrads(() => weighted(x), variables) : { grads: {} };
    const byInput = test.below === undefined ? { input: tf.grad(weighted)(x) } : {};
    const byName = parameters.named().flatMap(({ name, tensor }) => {
      const grad = grads[(tensor as tf.Variable).name];
      return grad === undefined ? [] : [[name, grad] as const];
    });
    const out = layer.apply(x, context);
    expect(out.shape).toEqual(test.output);
    for (const read of reads) expect(read).not.toHaveBeenCalled();
    const gradients = Object.entries({ ...byInput, ...Object.fromEntries(byName) });
    return {
      value: [...out.dataSync()],
      gradients: Object.fromEntries(gradients.map(([name, grad]) => [name, [...grad.dataSync()]])),
    };
  });
  reads.forEach((read) => read.mockRestore());
  expect(tf.memory().numTensors, "tensors were left behind").toBe(before);
  parameters.dispose();
  tf.dispose([x, weights, context.real ?? []]);
  return found;
}

/** 1 of each real moment, 0 of padding. */
function realMoments(lengths: readonly number[], time: number): tf.Tensor2D {
  return tf.tensor2d(lengths.map((length) => Array.from({ length: time }, (_, t) => Number(t < length))));
}

function made({ layer: make, input, output, below, lengths }: Case) {
  const random = new Random(4);
  const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
  const drawn = (shape: number[], draw: () => number) =>
    tf.tensor(Float32Array.from({ length: size(shape) }, draw), shape);
  const parameters = new Parameters(2);
  const layer = make(parameters.scope("layer"));
  // Scales and biases away from where they begin, so that their part in the gradients shows.
  for (const { tensor } of parameters.named()) {
    const variable = tensor as tf.Variable;
    if (variable.trainable)
      tf.tidy(() =>
        variable.assign(
          tf.add(
            variable,
            drawn(variable.shape, () => 0.3 * random.normal()),
          ),
        ),
      );
  }
  const x = drawn(input, () => (below === undefined ? random.normal() : random.integer(below)));
  const real = lengths && realMoments(lengths, input[1] ?? 0);
  const context: Context = { training: true, random: new Random(1), temperature: 0, ...(real && { real }) };
  return { parameters, layer, x, weights: drawn(output, () => random.normal()), context };
}

/** The derivative along a direction by a central difference against the gradient's, for the input and for each weight array. */
async function expectDerivatives(test: Case): Promise<void> {
  const { gradients } = await run(test, "cpu");
  const { parameters, layer, x, weights, context } = made(test);
  const at = (input: tf.Tensor) =>
    tf.tidy(() => {
      const out = Array.from(layer.apply(input, context).dataSync());
      const factors = weights.dataSync();
      return out.reduce((sum, value, i) => sum + value * (factors[i] as number), 0);
    });
  const random = new Random(9);
  const { step = 2e-3 } = test;
  const directions = Array.from({ length: 3 }, () => random.fork(String(random.uniform())));
  for (const direction of directions) {
    const towards = (length: number) => Float32Array.from({ length }, () => direction.normal());
    const compare = (name: string, along: Float32Array, difference: number) => {
      const gradient = gradients[name] as number[];
      const derivative = gradient.reduce((sum, value, i) => sum + value * (along[i] as number), 0);
      const scale = Math.max(0.5, Math.hypot(...gradient));
      expect(Math.abs(derivative - difference) / scale, `${test.name}: ${name}`).toBeLessThan(0.02);
    };
    if (test.below === undefined) {
      const along = towards(x.size);
      const moved = (by: number) => tf.tidy(() => at(tf.add(x, tf.mul(tf.tensor(along, x.shape), by))));
      compare("input", along, (moved(step) - moved(-step)) / (2 * step));
    }
    for (const { name, tensor } of parameters.named()) {
      const variable = tensor as tf.Variable;
      if (!variable.trainable) continue;
      const along = towards(variable.size);
      const values = variable.dataSync().slice();
      const moved = (by: number) => {
        tf.tidy(() =>
          variable.assign(
            tf.tensor(
              values.map((v, i) => v + by * (along[i] as number)),
              variable.shape,
            ),
          ),
        );
        return at(x);
      };
      compare(name, along, (moved(step) - moved(-step)) / (2 * step));
      moved(0);
    }
  }
  parameters.dispose();
  tf.dispose([x, weights, context.real ?? []]);
}

const others = (await surveyEngines())
  .filter(({ name, available }) => available && (name === "wasm" || name === "tensorflow"))
  .map(({ name }) => name);

beforeAll(async () => {
  for (const name of others) await openEngine(name);
  await openEngine("cpu");
});

describe.each(cases)("$name", (test) => {
  it.skipIf(test.constant)("has the gradient that differences show", () => expectDerivatives(test));

  it.each(others)("computes on %s what it computes in plain JavaScript", async (engine) => {
    const [there, here] = [await run(test, engine), await run(test, "cpu")];
    const near = (found: number[], wanted: number[], name: string) => {
      const scale = Math.max(1, ...wanted.map(Math.abs));
      expect(found.length).toBe(wanted.length);
      found.forEach((value, i) =>
        expect(Math.abs(value - (wanted[i] as number)) / scale, `${name}[${i}]`).toBeLessThan(2e-4),
      );
    };
    near(there.value, here.value, "value");
    expect(Object.keys(there.gradients)).toEqual(Object.keys(here.gradients));
    for (const [name, wanted] of Object.entries(here.gradients))
      near(there.gradients[name] as number[], wanted, name);
  });
});
