import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Model, Samples, Splits, Stage } from "../../runtime/index.js";
import { crossEntropy, fit, Parameters, Random, sgd, stepwise } from "../../runtime/index.js";
import { zeros } from "../../runtime/layers/parameters.js";
import { createProgress } from "../../runtime/runs/index.js";

beforeAll(() => tf.setBackend("cpu"));

/** n samples of one feature: x = 1, 2, ... n. */
function line(n: number): Samples {
  return {
    size: n,
    shapes: { x: [1] },
    inputs: { x: Float32Array.from({ length: n }, (_, i) => i + 1) },
    present: { x: new Uint8Array(n).fill(1) },
    labels: new Int32Array(n),
    classes: ["only"],
    index: Int32Array.from({ length: n }, (_, i) => i),
  };
}

interface Inputs {
  x: tf.Tensor2D;
}

/** Two weights, of which a loss may make what it likes. */
function twoWeights(): { model: Model<Inputs>; a: tf.Variable; b: tf.Variable } {
  const parameters = new Parameters(1);
  const a = parameters.add("a", [2], zeros);
  const b = parameters.add("b", [1], zeros);
  const predict = () => {
    throw new Error("Not needed here.");
  };
  return { model: { parameters, predict }, a, b };
}

function learn(
  model: Model<Inputs>,
  data: Splits,
  stage: Partial<Stage<Inputs>> & Pick<Stage<Inputs>, "loss">,
) {
  const checkpoints: number[][] = [];
  const whole = learnWhole(model, data, stage, checkpoints);
  const history = whole.then(({ history, beside }) => {
    tf.dispose(beside?.weights.map(({ tensor }) => tensor) ?? []);
    return history;
  });
  return { history, checkpoints };
}

function learnWhole(
  model: Model<Inputs>,
  data: Splits,
  stage: Partial<Stage<Inputs>> & Pick<Stage<Inputs>, "loss">,
  checkpoints: number[][] = [],
) {
  const options = {
    random: new Random(1),
    progress: createProgress({ quiet: true }),
    signal: new AbortController().signal,
    checkpointEvery: 0,
    checkpoint: async () => {
      checkpoints.push(model.parameters.named().flatMap(({ tensor }) => [...tensor.dataSync()]));
    },
  };
  const whole: Stage<Inputs> = {
    name: "only",
    epochs: 1,
    batch: 2,
    ...stage,
    optimizer: stage.optimizer ?? sgd({ learningRate: 1 }),
  };
  return fit(model, data, whole, options);
}

describe("fit", () => {
  it("logs each term of the loss by name, as its mean over samples, on both splits", async () => {
    const { model, a } = twoWeights();
    const { history } = learn(
      model,
      { train: line(5), validation: line(3), test: line(1) },
      {
        epochs: 2,
        loss: ({ inputs }) => ({
          "task.x": tf.mean(inputs.x),
          pull: tf.sum(tf.mul(a, 0)),
        }),
        validate: ({ inputs }) => ({ answer: tf.mean(tf.mul(inputs.x, 2)) }),
      },
    );
    const epoch = {
      stage: "only",
      loss: 3,
      losses: { "task.x": 3, pull: 0 },
      validationLoss: 4,
      validationLosses: { answer: 4 },
      gradient: 0,
      learningRate: 1,
      ended: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    };
    expect(await history).toEqual([
      { ...epoch, epoch: 1 },
      { ...epoch, epoch: 2 },
    ]);
  });

  it("takes its steps on the sum of the terms", async () => {
    const { model, a, b } = twoWeights();
    const { history } = learn(
      model,
      { train: line(2), test: line(1) },
      { loss: () => ({ one: tf.sum(a), two: tf.mul(3, tf.add(tf.sum(a), tf.sum(b))) as tf.Scalar }) },
    );
    await history;
    expect([...a.dataSync(), ...b.dataSync()]).toEqual([-4, -4, -3]);
  });

  it("names stage, epoch, step and term where a loss is no number, and keeps nothing of it", async () => {
    const { model, a, b } = twoWeights();
    let steps = 0;
    const { history, checkpoints } = learn(
      model,
      { train: line(6), test: line(1) },
      {
        epochs: 3,
        loss: () => {
          steps++;
          return {
            fine: tf.sum(a),
            "kl.rest.x": tf.mul(tf.sum(b), steps === 5 ? Infinity : 1),
            other: tf.scalar(1),
          };
        },
      },
    );
    await expect(history).rejects.toThrow(
      /in stage only, epoch 2, step 2 of 3, the loss term kl\.rest\.x became -Infinity\. Lower/,
    );
    expect(checkpoints.flat().every(Number.isFinite)).toBe(true);
  });

  it("sees a gradient that is no number though the loss is one, in the last step too", async () => {
    const { model, a, b } = twoWeights();
    const { history, checkpoints } = learn(
      model,
      { train: line(2), test: line(1) },
      { loss: () => ({ root: tf.sum(tf.sqrt(tf.mul(b, 0))), fine: tf.sum(a) }) },
    );
    await expect(history).rejects.toThrow(
      "epoch 1, step 1 of 1, all terms of the loss were finite, but the length of their gradient became NaN.",
    );
    expect(checkpoints).toEqual([]);
  });

  it("sees weights that outgrew their numbers in the last step", async () => {
    const { model, a } = twoWeights();
    a.assign(tf.tensor1d([3e38, 0]));
    const { history, checkpoints } = learn(
      model,
      { train: line(2), test: line(1) },
      { optimizer: sgd({ learningRate: 1e38 }), loss: () => ({ fine: tf.neg(tf.sum(a)) as tf.Scalar }) },
    );
    await expect(history).rejects.toThrow("after step 1 of 1, the weights a hold NaN or Infinity");
    expect(checkpoints).toEqual([]);
  });

  it("says so where it is the validation loss", async () => {
    const { model, a } = twoWeights();
    const { history } = learn(
      model,
      { train: line(2), validation: line(2), test: line(1) },
      { loss: () => ({ fine: tf.sum(a) }), validate: () => ({ answer: tf.scalar(NaN) }) },
    );
    await expect(history).rejects.toThrow(
      "epoch 1, on the validation split, the loss term answer became NaN",
    );
  });

  it("shortens the gradient of all weights together to the clip, and leaves a shorter one alone", async () => {
    const stepOf = async (scale: number, clipNorm: number) => {
      const { model, a, b } = twoWeights();
      const loss = () => ({
        all: tf.mul(scale, tf.add(tf.sum(tf.mul(a, [3, 4])), tf.sum(tf.mul(b, 12)))) as tf.Scalar,
      });
      await learn(model, { train: line(2), test: line(1) }, { loss, clipNorm }).history;
      return [...a.dataSync(), ...b.dataSync()];
    };
    // (3, 4, 12) has length 13.
    const clipped = await stepOf(100, 2);
    [-3, -4, -12].forEach((value, i) => expect(clipped[i]).toBeCloseTo((2 * value) / 13, 5));
    expect(await stepOf(0.1, 2)).toEqual(
      [...Float32Array.from([-0.3, -0.4, -1.2])].map((v) => expect.closeTo(v, 6)),
    );
  });

  it("keeps the best and the last weights, and ends with the best where it has patience", async () => {
    // The weight goes 1, 2, 3, ... and validation likes 2 best.
    const stage = (a: tf.Variable): Partial<Stage<Inputs>> & Pick<Stage<Inputs>, "loss"> => ({
      epochs: 9,
      loss: () => ({ down: tf.neg(tf.slice(a, 0, 1)).asScalar() }),
      validate: () => ({ answer: tf.square(tf.sub(tf.slice(a, 0, 1), 2)).asScalar() }),
    });
    const data = { train: line(2), validation: line(1), test: line(1) };
    const first = (tensors?: { tensor: tf.Tensor }[]) => tensors?.[0]?.tensor.dataSync()[0];

    const patient = twoWeights();
    const stopped = await learnWhole(patient.model, data, { ...stage(patient.a), patience: 3 });
    expect(stopped.history).toHaveLength(5);
    expect(stopped).toMatchObject({ best: { epoch: 2, validationLoss: 0 }, beside: { which: "last" } });
    expect([patient.a.dataSync()[0], first(stopped.beside?.weights)]).toEqual([2, 5]);

    const restless = twoWeights();
    const ended = await learnWhole(restless.model, data, stage(restless.a));
    expect(ended.history).toHaveLength(9);
    expect(ended).toMatchObject({ best: { epoch: 2, validationLoss: 0 }, beside: { which: "best" } });
    expect([restless.a.dataSync()[0], first(ended.beside?.weights)]).toEqual([9, 2]);
  });

  it("lets a paradigm look at all samples before each epoch", async () => {
    const { model, a } = twoWeights();
    const seen: [size: number, epoch: number, weight: number][] = [];
    await learn(
      model,
      { train: line(4), test: line(1) },
      {
        epochs: 2,
        beforeEpoch: async ({ size }, epoch) => void seen.push([size, epoch, a.dataSync()[0] as number]),
        loss: () => ({ fine: tf.sum(a) }),
      },
    ).history;
    expect(seen).toEqual([
      [4, 1, 0],
      [4, 2, -2],
    ]);
  });

  it("adds noise as large as a gradient varies, to the weights named alone", async () => {
    const gradientsOf = async (loss: (a: tf.Variable, b: tf.Variable) => tf.Tensor) => {
      const { model, a, b } = twoWeights();
      const stage = { noisy: ["a"], loss: () => ({ all: loss(a, b) as tf.Scalar }) };
      await learn(model, { train: line(2), test: line(1) }, stage).history;
      return [...a.dataSync(), ...b.dataSync()];
    };
    // Both elements of a have the same gradient: it varies by nothing.
    expect(await gradientsOf((a, b) => tf.add(tf.sum(a), tf.sum(b)))).toEqual([-1, -1, -1]);
    const [first, second, untouched] = await gradientsOf((a, b) =>
      tf.add(tf.sum(tf.mul(a, [1, 3])), tf.sum(b)),
    );
    expect(first).not.toBeCloseTo(-1, 3);
    expect(second).not.toBeCloseTo(-3, 3);
    expect(untouched).toBe(-1);
  });

  it("takes each step by the rate of its schedule, and logs that of an epoch's last", async () => {
    const { model, a } = twoWeights();
    const taken: number[] = [];
    const schedule = stepwise({ every: 1, factor: 0.5 });
    const loss = () => {
      taken.push(a.dataSync()[0] as number);
      return { fine: tf.neg(tf.sum(a)) as tf.Scalar };
    };
    const { history } = learn(model, { train: line(4), test: line(1) }, { epochs: 3, schedule, loss });
    expect((await history).map(({ learningRate }) => learningRate)).toEqual([1, 0.5, 0.25]);
    expect(taken).toEqual([0, 1, 2, 2.5, 3, 3.25]);
  });

  it("adds noise of the deviation that is asked for while learning, drawn anew each time, and keeps the clean input", async () => {
    const { model, a } = twoWeights();
    const seen: number[] = [];
    const validated: number[] = [];
    const differences = ({ inputs, clean }: { inputs: Inputs; clean: Inputs }, list: number[]) => {
      list.push(...tf.sub(inputs.x, clean.x).dataSync());
      return { fine: tf.mul(0, tf.sum(a)) as tf.Scalar };
    };
    const data = { train: line(500), validation: line(9), test: line(1) };
    await learn(model, data, {
      epochs: 4,
      batch: 100,
      inputNoise: { x: 3 },
      loss: (batch) => differences(batch, seen),
      validate: (batch) => differences(batch, validated),
    }).history;
    expect(new Set(validated)).toEqual(new Set([0]));
    expect(seen).toHaveLength(2000);
    expect(new Set(seen).size).toBeGreaterThan(1900);
    const mean = seen.reduce((sum, x) => sum + x, 0) / seen.length;
    const variance = seen.reduce((sum, x) => sum + (x - mean) ** 2, 0) / seen.length;
    // Four standard errors of 2000 draws.
    expect(Math.abs(mean)).toBeLessThan((4 * 3) / Math.sqrt(2000));
    expect(Math.abs(Math.sqrt(variance) / 3 - 1)).toBeLessThan(4 / Math.sqrt(4000));
  });

  it("augments and mixes what it learns from, the same from the same seed, and never what it validates", async () => {
    const { model, a } = twoWeights();
    const data = { train: line(60), validation: line(60), test: line(1) };
    const run = async () => {
      const [seen, validated]: [number[], number[]] = [[], []];
      const note = ({ inputs, labels }: { inputs: Inputs; labels: tf.Tensor2D }, list: number[]) => {
        list.push(...inputs.x.dataSync(), ...labels.dataSync());
        return { fine: tf.mul(0, tf.sum(a)) as tf.Scalar };
      };
      await learn(model, data, {
        epochs: 2,
        batch: 60,
        augment: { x: [{ kind: "noise", deviation: 100 }] },
        mixup: 1,
        loss: (batch) => note(batch, seen),
        validate: (batch) => note(batch, validated),
      }).history;
      return { seen, validated };
    };
    const [once, again] = [await run(), await run()];
    expect(again).toEqual(once);
    const clean = [...(data.validation.inputs.x as Float32Array)];
    expect(once.validated.slice(0, 60)).toEqual(clean);
    expect(once.seen.slice(0, 60).some((value) => clean.includes(value))).toBe(false);
    expect(once.seen.slice(0, 60)).not.toEqual(once.seen.slice(-120, -60));
  });

  it("takes modalities away while learning, at the rates that are asked for, and never all of a sample", async () => {
    const { model, a } = twoWeights();
    // Each tenth sample lacks y.
    const hasY = Uint8Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? 0 : 1));
    const samples: Samples = {
      ...line(1000),
      shapes: { x: [1], y: [2] },
      inputs: {
        ...line(1000).inputs,
        y: Float32Array.from({ length: 2000 }, (_, i) => 7 * (hasY[i >> 1] as number)),
      },
      present: { x: new Uint8Array(1000).fill(1), y: hasY },
    };
    type Two = Record<"x" | "y", tf.Tensor2D>;
    const [kept, validated] = [
      { x: 0, y: 0, some: 0 },
      { x: 0, y: 0, some: 0 },
    ];
    const count = (batch: unknown, counted: typeof kept) => {
      const { inputs, present } = batch as { inputs: Two; present: Two };
      const [xs, ys] = [inputs.x.dataSync(), inputs.y.dataSync()];
      const [x, y] = [present.x.dataSync(), present.y.dataSync()];
      expect([...xs].map((value) => (value === 0 ? 0 : 1))).toEqual([...x]);
      expect([...ys]).toEqual([...y].flatMap((there) => [7 * there, 7 * there]));
      x.forEach((there, i) => {
        counted.x += there;
        counted.y += y[i] as number;
        counted.some += Math.max(there, y[i] as number);
      });
      return { fine: tf.mul(0, tf.sum(a)) as tf.Scalar };
    };
    await learn(
      model,
      { train: samples, validation: samples, test: line(1) },
      {
        epochs: 2,
        batch: 100,
        modalityDropout: { x: 0.3, y: 0.6 },
        loss: (batch) => count(batch, kept),
        validate: (batch) => count(batch, validated),
      },
    ).history;
    expect(kept.some).toBe(2000);
    expect(validated).toEqual({ x: 2000, y: 1800, some: 2000 });
    const near = (found: number, share: number) =>
      expect(Math.abs(found / 2000 - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 2000));
    // One of two goes where the other stays; where both would go, both stay.
    near(2000 - kept.x, 0.9 * 0.3 * (1 - 0.6));
    near(kept.y, 0.9 * (1 - 0.6 * (1 - 0.3)));
  });

  it("lets each class count alike, in the loss and its gradient", async () => {
    const { model, a } = twoWeights();
    const samples: Samples = {
      ...line(4),
      labels: Int32Array.from([0, 0, 0, 1]),
      classes: ["often", "rare", "never"],
    };
    const logits = (size: number) => tf.tile(tf.reshape(tf.concat([a, tf.zeros([1])]), [1, 3]), [size, 1]);
    const { history } = learn(
      model,
      { train: samples, validation: samples, test: line(1) },
      {
        batch: 4,
        classWeights: "balanced",
        loss: ({ labels, size }) => ({ answer: crossEntropy(logits(size) as tf.Tensor2D, labels) }),
      },
    );
    const [epoch] = await history;
    // The same as of one sample of each class: the gradient is 1/3 - 1/2 for both of them, and for the third what its bias has not.
    expect(epoch?.loss).toBeCloseTo(Math.log(3), 5);
    [...a.dataSync()].forEach((weight) => expect(weight).toBeCloseTo(1 / 2 - 1 / 3, 5));
    const after = Math.log(2 * Math.exp(1 / 6) + 1) - 1 / 6;
    expect(epoch?.validationLoss).toBeCloseTo(after, 5);
  });

  it("weighs classes as it is told", async () => {
    const { model, a } = twoWeights();
    const samples: Samples = {
      ...line(4),
      labels: Int32Array.from([0, 0, 0, 1]),
      classes: ["often", "rare"],
    };
    const learned = (classWeights: readonly number[]) =>
      learn(
        model,
        { train: samples, test: line(1) },
        {
          batch: 4,
          classWeights,
          loss: ({ labels, size }) => ({
            answer: crossEntropy(tf.tile(tf.reshape(a, [1, 2]), [size, 1]) as tf.Tensor2D, labels),
          }),
        },
      ).history;
    const [epoch] = await learned([0.5, 4]);
    // Three samples that count a half and one that counts four, in the mean of four.
    expect(epoch?.loss).toBeCloseTo((5.5 * Math.log(2)) / 4, 5);
    const [often, rare] = a.dataSync();
    expect(rare).toBeCloseTo((4 - 5.5 / 2) / 4, 5);
    expect(often).toBeCloseTo(-(4 - 5.5 / 2) / 4, 5);
    await expect(learned([1])).rejects.toThrow("1 weights of 2 classes");
  });

  it("leaves no tensor behind but the weights", async () => {
    const { model, a } = twoWeights();
    const before = tf.memory().numTensors;
    await learn(
      model,
      { train: line(5), validation: line(3), test: line(1) },
      {
        epochs: 3,
        patience: 1,
        loss: () => ({ fine: tf.sum(tf.square(tf.sub(a, 1))) }),
        optimizer: sgd({ learningRate: 0.1 }),
      },
    ).history;
    expect(tf.memory().numTensors).toBe(before);
  });
});
