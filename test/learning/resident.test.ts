import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { takeBatch } from "../../runtime/data/batches.js";
import type { Samples } from "../../runtime/data/samples.js";
import { openEngine } from "../../runtime/engines/index.js";
import { toTensors } from "../../runtime/learning/batch.js";
import { dropModalities } from "../../runtime/learning/modality-dropout.js";
import { Resident } from "../../runtime/learning/resident.js";
import { Random } from "../../runtime/data/random.js";

beforeAll(async () => {
  await openEngine("cpu");
});

const samples: Samples = {
  size: 5,
  shapes: { a: [2], b: [2, 1] },
  inputs: {
    a: Float32Array.from({ length: 10 }, (_, i) => i),
    b: Float32Array.from({ length: 10 }, (_, i) => -i),
  },
  present: { a: new Uint8Array(5).fill(1), b: Uint8Array.of(1, 0, 1, 1, 0) },
  labels: Int32Array.of(0, 1, 2, 1, 0),
  classes: ["x", "y", "z"],
  index: Int32Array.of(0, 1, 2, 3, 4),
};
const plenty = { array: 1e6, all: 1e6 };
const rows = Int32Array.of(4, 0, 3);

/** All that a batch says, as plain numbers. */
function said(resident: Resident | undefined, batch = takeBatch(samples, rows), weights?: Float32Array) {
  return tf.tidy(() => {
    const { inputs, present, labels } = toTensors<Record<string, tf.Tensor>>(batch, samples, {
      resident,
      weights,
    });
    const plain = (group: Record<string, tf.Tensor>) =>
      Object.entries(group).map(([name, tensor]) => [name, tensor.shape, [...tensor.dataSync()]]);
    return { inputs: plain(inputs), present: plain(present), labels: [...labels.dataSync()] };
  });
}

describe("Resident", () => {
  it("gathers what would have gone up", () => {
    const resident = new Resident(plenty);
    const weights = Float32Array.of(0.5, 2, 3);
    expect(said(resident)).toEqual(said(undefined));
    expect(said(resident, undefined, weights)).toEqual(said(undefined, undefined, weights));
    resident.dispose();
  });

  it("brings the samples up once, and leaves nothing behind", () => {
    const before = tf.memory().numTensors;
    const resident = new Resident(plenty);
    said(resident);
    const held = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) said(resident);
    expect(tf.memory().numTensors).toBe(held);
    expect(held).toBeGreaterThan(before);
    resident.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("leaves what was changed on the way, and what doesn't fit, to be brought up batch by batch", () => {
    const resident = new Resident(plenty);
    const dropped = dropModalities(takeBatch(samples, rows), { a: 1 }, new Random(1));
    expect(resident.gather(dropped)).toBeUndefined();
    expect(said(resident, dropped).inputs).toEqual(said(undefined, dropped).inputs);
    expect(new Resident({ array: 39, all: 1e6 }).gather(takeBatch(samples, rows))).toBeUndefined();
    expect(new Resident({ array: 1e6, all: 100 }).gather(takeBatch(samples, rows))).toBeUndefined();
    resident.dispose();
  });
});
