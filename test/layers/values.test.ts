import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { adam, Parameters, Random } from "../../runtime/index.js";
import { batches } from "../../runtime/data/batches.js";
import {
  attention,
  batchNorm,
  embed,
  embedColumns,
  gru,
  lstm,
  mel,
  oneHotColumns,
  resnet,
  transformer,
} from "../../runtime/layers/index.js";
import { orthogonal } from "../../runtime/layers/parameters.js";
import { takeStep } from "../../runtime/learning/step.js";

beforeAll(() => tf.setBackend("cpu"));

const learning = () => ({ training: true, random: new Random(1), temperature: 0.1 });
const predicting = () => ({ training: false, random: new Random(1), temperature: 0 });

type Matrix = number[][];
const arrayOf = (parameters: Parameters, name: string): Matrix => {
  const { tensor } = parameters.named().find((one) => one.name === `layer.${name}`) as { tensor: tf.Tensor };
  return (tensor.rank === 1 ? tf.expandDims(tensor, 0) : tensor).arraySync() as Matrix;
};
const times = (row: number[], matrix: Matrix) =>
  (matrix[0] as number[]).map((_, j) =>
    row.reduce((sum, value, i) => sum + value * (matrix[i]?.[j] as number), 0),
  );
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const expectNear = (found: ArrayLike<number>, wanted: number[], digits = 5) => {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, digits));
};
/** All weights random, biases too. */
const shaken = (parameters: Parameters) => {
  const random = new Random(7);
  for (const variable of parameters.select())
    variable.assign(
      tf.tensor(
        Float32Array.from({ length: variable.size }, () => 0.7 * random.normal()),
        variable.shape,
      ),
    );
};

describe("recurrent layers follow their equations", () => {
  const sequence = [
    [0.5, -1],
    [1.5, 0.3],
    [-0.7, 2],
  ];
  const units = 3;

  it("gru", () => {
    const parameters = new Parameters(1);
    const layer = gru({ inputs: 2, units })(parameters.scope("layer"));
    shaken(parameters);
    const [kernel, recurrent] = [arrayOf(parameters, "kernel"), arrayOf(parameters, "recurrent")];
    const [bias, candidateBias] = [
      arrayOf(parameters, "bias")[0] as number[],
      arrayOf(parameters, "candidateBias")[0] as number[],
    ];
    let h = [0, 0, 0];
    for (const x of sequence) {
      const [xs, hs] = [times(x, kernel), times(h, recurrent)];
      h = h.map((before, k) => {
        const part = (values: number[], gate: number) => values[gate * units + k] as number;
        const z = sigmoid(part(xs, 0) + part(hs, 0) + part(bias, 0));
        const r = sigmoid(part(xs, 1) + part(hs, 1) + part(bias, 1));
        const n = Math.tanh(part(xs, 2) + part(bias, 2) + r * (part(hs, 2) + (candidateBias[k] as number)));
        return (1 - z) * n + z * before;
      });
    }
    expectNear(layer.apply(tf.tensor3d([sequence]), predicting()).dataSync(), h);
  });

  it("lstm", () => {
    const parameters = new Parameters(1);
    const layer = lstm({ inputs: 2, units })(parameters.scope("layer"));
    expect(arrayOf(parameters, "bias")[0]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    shaken(parameters);
    const [kernel, recurrent] = [arrayOf(parameters, "kernel"), arrayOf(parameters, "recurrent")];
    const bias = arrayOf(parameters, "bias")[0] as number[];
    let [h, c] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    for (const x of sequence) {
      const [xs, hs] = [times(x, kernel), times(h, recurrent)];
      const gate = (k: number, at: number) =>
        (xs[at * units + k] as number) + (hs[at * units + k] as number) + (bias[at * units + k] as number);
      c = c.map((before, k) => sigmoid(gate(k, 1)) * before + sigmoid(gate(k, 0)) * Math.tanh(gate(k, 3)));
      h = c.map((cell, k) => sigmoid(gate(k, 2)) * Math.tanh(cell));
    }
    expectNear(layer.apply(tf.tensor3d([sequence]), predicting()).dataSync(), h);
  });

  it("begin with an orthogonal product", () => {
    const values = new Float32Array(4 * 12);
    orthogonal(values, new Random(3), 4, 1);
    const row = (i: number, block: number) => values.subarray(i * 12 + 4 * block, i * 12 + 4 * block + 4);
    for (let block = 0; block < 3; block++)
      for (let i = 0; i < 4; i++)
        for (let j = 0; j < 4; j++)
          expect(row(i, block).reduce((sum, v, k) => sum + v * (row(j, block)[k] as number), 0)).toBeCloseTo(
            i === j ? 1 : 0,
            5,
          );
  });

  it("give the last of all moments", () => {
    for (const make of [gru, lstm]) {
      const [last, all] = [make({ inputs: 2, units }), make({ inputs: 2, units, output: "all" })].map(
        (maker) => maker(new Parameters(5).scope("layer")).apply(tf.tensor3d([sequence]), predicting()),
      );
      expectNear(tf.slice(all as tf.Tensor3D, [0, 2, 0], [1, 1, units]).dataSync(), [
        ...(last as tf.Tensor).dataSync(),
      ]);
    }
  });
});

describe("attention", () => {
  it("weighs the values of each head by the softmax of its scores", () => {
    const parameters = new Parameters(1);
    const layer = attention({ features: 4, heads: 2 })(parameters.scope("layer"));
    shaken(parameters);
    const xs = [
      [1, 0.5, -1, 0],
      [0, 2, 1, -0.5],
      [0.3, -1, 0.2, 1],
    ];
    const bias = arrayOf(parameters, "bias")[0] as number[];
    const projected = xs.map((x) =>
      times(x, arrayOf(parameters, "kernel")).map((v, i) => v + (bias[i] as number)),
    );
    const wanted = xs.map((_, t) => {
      const joined = [0, 1].flatMap((head) => {
        const part = (row: number[], which: number) =>
          row.slice(which * 4 + head * 2, which * 4 + head * 2 + 2);
        const query = part(projected[t] as number[], 0);
        const scores = projected.map((row) =>
          Math.exp(part(row, 1).reduce((sum, k, i) => sum + k * (query[i] as number), 0) / Math.SQRT2),
        );
        const total = scores.reduce((a, b) => a + b, 0);
        return [0, 1].map((i) =>
          projected.reduce(
            (sum, row, s) => sum + ((scores[s] as number) / total) * (part(row, 2)[i] as number),
            0,
          ),
        );
      });
      const outBias = arrayOf(parameters, "output.bias")[0] as number[];
      return times(joined, arrayOf(parameters, "output.kernel")).map((v, i) => v + (outBias[i] as number));
    });
    expectNear(layer.apply(tf.tensor3d([xs]), predicting()).dataSync(), wanted.flat());
  });

  it("doesn't see an order, a transformer does", () => {
    const x = tf.randomNormal([1, 4, 6], 0, 1, "float32", 3);
    const turned = tf.reverse(x, 1);
    const differs = (make: typeof attention | typeof transformer, options: object) => {
      const layer = make({ features: 6, heads: 2, layers: 1, ...options } as never)(
        new Parameters(1).scope("layer"),
      );
      const [one, other] = [layer.apply(x, predicting()), tf.reverse(layer.apply(turned, predicting()), 1)];
      return tf.max(tf.abs(tf.sub(one, other))).dataSync()[0] as number;
    };
    expect(differs(attention, {})).toBeLessThan(1e-5);
    expect(differs(transformer, { positions: "none" })).toBeLessThan(1e-5);
    expect(differs(transformer, {})).toBeGreaterThan(0.01);
  });
});

describe("mel", () => {
  /** The bands of `librosa.filters.mel(sr, n_fft, n_mels, htk=True, norm=None)` over the power spectrum of each frame, step by step. */
  function logMel(
    signal: number[],
    { rate, mels, length, hop, size }: Record<"rate" | "mels" | "length" | "hop" | "size", number>,
  ): number[] {
    const bins = size / 2 + 1;
    const mel = (f: number) => 2595 * Math.log10(1 + f / 700);
    const edges = Array.from(
      { length: mels + 2 },
      (_, i) => 700 * (10 ** ((i * mel(rate / 2)) / (mels + 1) / 2595) - 1),
    );
    const out: number[] = [];
    for (let at = 0; at + length <= signal.length; at += hop) {
      const power = Array.from({ length: bins }, (_, k) => {
        let [re, im] = [0, 0];
        for (let n = 0; n < length; n++) {
          const windowed = (signal[at + n] as number) * Math.sin((Math.PI * n) / length) ** 2;
          re += windowed * Math.cos((2 * Math.PI * k * n) / size);
          im += windowed * Math.sin((2 * Math.PI * k * n) / size);
        }
        return re * re + im * im;
      });
      for (let m = 0; m < mels; m++) {
        const [low, centre, high] = edges.slice(m, m + 3) as [number, number, number];
        const energy = power.reduce((sum, p, k) => {
          const f = (k * rate) / size;
          const weight =
            f <= low || f >= high
              ? 0
              : f <= centre
                ? (f - low) / (centre - low)
                : (high - f) / (high - centre);
          return sum + p * weight;
        }, 0);
        out.push(Math.log(energy + 1e-6));
      }
    }
    return out;
  }

  it("is the log-mel spectrogram on HTK's scale", () => {
    const random = new Random(2);
    const signal = Array.from(
      { length: 1000 },
      (_, n) => Math.sin(0.3 * n) + 0.4 * Math.sin(0.0008 * n * n) + 0.1 * random.normal(),
    );
    for (const [mels, size] of [
      [20, 256],
      [110, 512],
    ] as const) {
      const layer = mel({ rate: 8000, mels })(new Parameters(1).scope("layer"));
      const wanted = logMel(signal, { rate: 8000, mels, length: 200, hop: 80, size });
      expect(wanted.length).toBe(11 * mels);
      const found = layer.apply(tf.tensor2d([signal]), predicting());
      expect(found.shape).toEqual([1, 11, mels]);
      expectNear(found.dataSync(), wanted, 3);
    }
  });

  it("hears a tone in the band that it lies in, and silence as the floor", () => {
    const layer = mel({ rate: 8000, mels: 40 })(new Parameters(1).scope("layer"));
    const tone = Array.from({ length: 800 }, (_, n) => Math.sin((2 * Math.PI * 1000 * n) / 8000));
    const [loud, silent] = layer
      .apply(tf.tensor2d([tone, tone.map(() => 0)]), predicting())
      .arraySync() as Matrix[];
    const strongest = (loud?.[3] as number[]).indexOf(Math.max(...(loud?.[3] as number[])));
    const band = 1000 / 700;
    const position = (2595 * Math.log10(1 + band)) / ((2595 * Math.log10(1 + 4000 / 700)) / 41) - 1;
    expect(Math.abs(strongest - position)).toBeLessThan(1);
    (silent?.[0] as number[]).forEach((value) => expect(value).toBeCloseTo(Math.log(1e-6), 4));
  });
});

describe("tokens and tables", () => {
  it("become rows of their own", () => {
    const parameters = new Parameters(1);
    const layer = embed({ vocabulary: 4, features: 2 })(parameters.scope("layer"));
    const rows = arrayOf(parameters, "kernel");
    const found = layer.apply(tf.tensor2d([[3, 0, 3]]), predicting());
    expectNear(
      found.dataSync(),
      [3, 0, 3].flatMap((token) => rows[token] as number[]),
    );
  });

  it("keep numbers, in the columns' order", () => {
    const table = tf.tensor2d([
      [1.5, 2, -4],
      [0.5, 0, 7],
    ]);
    const scope = new Parameters(1).scope("layer");
    const oneHot = oneHotColumns({ columns: [0, 3, 0] })(scope).apply(table, predicting());
    expectNear(oneHot.dataSync(), [1.5, 0, 0, 1, -4, 0.5, 1, 0, 0, 7]);
    const parameters = new Parameters(1);
    const embedded = embedColumns({ columns: [0, 3, 0], features: 2 })(parameters.scope("layer"));
    const rows = arrayOf(parameters, "column2");
    const wanted = [1.5, ...(rows[2] as number[]), -4, 0.5, ...(rows[0] as number[]), 7];
    expectNear(embedded.apply(table, predicting()).dataSync(), wanted);
  });
});

describe("batch normalisation", () => {
  const batch = tf.tensor2d([
    [1, 10],
    [3, 30],
    [5, 50],
  ]);

  it("takes the batch's statistics while learning and the running ones when predicting", () => {
    const parameters = new Parameters(1);
    const layer = batchNorm({ features: 2 })(parameters.scope("layer"));
    const root = Math.sqrt(1.5);
    expectNear(layer.apply(batch, learning()).dataSync(), [-root, -root, 0, 0, root, root], 3);
    // A tenth of the batch's, nine of what was: means 0.3 and 3, variances 0.9 + 0.1 * 8 / 3 and 0.9 + 0.1 * 800 / 3.
    expectNear(arrayOf(parameters, "mean")[0] as number[], [0.3, 3]);
    expectNear(arrayOf(parameters, "variance")[0] as number[], [0.9 + 0.8 / 3, 0.9 + 80 / 3], 4);
    const at = (x: number, mean: number, variance: number) => (x - mean) / Math.sqrt(variance + 1e-5);
    const wanted = [at(1, 0.3, 0.9 + 0.8 / 3), at(10, 3, 0.9 + 80 / 3)];
    const before = arrayOf(parameters, "mean");
    expectNear(layer.apply(tf.tensor2d([[1, 10]]), predicting()).dataSync(), wanted, 4);
    expect(arrayOf(parameters, "mean")).toEqual(before);
    expect(parameters.count()).toBe(4);
  });

  it("learns on from saved statistics as if it had never stopped, and leaves nothing behind", async () => {
    const data = {
      size: 40,
      inputs: { x: Float32Array.from({ length: 80 }, (_, i) => Math.sin(i) * (1 + (i % 2))) },
      shapes: { x: [2] },
      present: { x: new Uint8Array(40).fill(1) },
      labels: new Int32Array(40),
      index: new Int32Array(40),
      classes: ["0"],
    };
    const steps = [...batches(data, 8, new Random(3))];
    const model = () => {
      const parameters = new Parameters(1);
      return {
        parameters,
        layer: batchNorm({ features: 2 })(parameters.scope("layer")),
        optimizer: adam({ learningRate: 0.1 }),
      };
    };
    const learn = ({ parameters, layer, optimizer }: ReturnType<typeof model>, some: typeof steps) => {
      for (const { inputs, size } of some)
        takeStep(optimizer, parameters.select(), () =>
          tf.sum(
            tf.square(tf.sub(layer.apply(tf.tensor(inputs.x as Float32Array, [size, 2]), learning()), 2)),
          ),
        ).dispose();
    };
    const straight = model();
    learn(straight, steps.slice(0, 1));
    const tensors = tf.memory().numTensors;
    learn(straight, steps.slice(1));
    expect(tf.memory().numTensors).toBe(tensors);
    const [first, second] = [model(), model()];
    learn(first, steps.slice(0, 2));
    second.parameters.assign(first.parameters.snapshot());
    const { steps: taken, means } = first.optimizer.state();
    second.optimizer.restore({
      steps: taken,
      means: means.map(({ name, tensor }) => ({ name, tensor: tf.clone(tensor) })),
    });
    learn(second, steps.slice(2));
    const values = ({ parameters }: ReturnType<typeof model>) =>
      parameters.named().map(({ tensor }) => [...tensor.dataSync()]);
    expect(values(second)).toEqual(values(straight));
  });
});

describe("resnet", () => {
  it("has the parameters of the published network of 20 layers", () => {
    // He et al. 2016, table 6, of 32 x 32 x 3: 0.27 million, with the classifier's 650; the shortcuts of option B add 2 816, scales and shifts are counted.
    const parameters = new Parameters(1);
    resnet({ channels: 3, blocks: [3, 3, 3], filters: 16 })(parameters.scope("layer"));
    const convolutions =
      3 * 9 * 16 + 6 * 9 * 16 * 16 + 9 * 16 * 32 + 5 * 9 * 32 * 32 + 9 * 32 * 64 + 5 * 9 * 64 * 64;
    const shortcuts = 16 * 32 + 32 * 64;
    const norms = 2 * (7 * 16 + 7 * 32 + 7 * 64);
    expect(parameters.count()).toBe(convolutions + shortcuts + norms);
    expect(Math.round((convolutions + 650) / 1e4)).toBe(27);
  });
});
