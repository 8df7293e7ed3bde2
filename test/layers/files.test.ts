import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { DataError, Parameters, Random } from "../../runtime/index.js";
import { frozenHashes } from "../../runtime/layers/frozen.js";
import { chain, custom, dense, frozen, loadFrozen } from "../../runtime/layers/index.js";
import { dataHash } from "../../runtime/session/origin.js";
import { saveToDisk } from "../support/saved-models.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-frozen-"));
const context = { training: true, random: new Random(1), temperature: 0 };
const scope = () => new Parameters(1).scope("test");

/** A small network with all that behaves otherwise while it learns. */
function network(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [6, 5, 2],
        filters: 3,
        kernelSize: 3,
        activation: "tanh",
        kernelInitializer: tf.initializers.glorotNormal({ seed: 3 }),
      }),
      tf.layers.batchNormalization(),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 4, kernelInitializer: tf.initializers.glorotNormal({ seed: 4 }) }),
    ],
  });
}

let model: tf.LayersModel;

beforeAll(async () => {
  await tf.setBackend("cpu");
  model = network();
  await saveToDisk(model, join(folder, "models", "net"), 100);
});

async function problemOf(...paths: string[]): Promise<string> {
  const error = await loadFrozen(folder, paths).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DataError);
  return (error as DataError).message;
}

describe("frozen", () => {
  const options = { path: "models/net", input: [6, 5, 2], output: [4] };

  it("computes what the saved model predicts, also while learning, and doesn't learn", async () => {
    await loadFrozen(folder, ["models/net"]);
    const parameters = new Parameters(1);
    const layer = frozen(options)(parameters.scope("test"));
    expect(parameters.count()).toBe(0);
    const x = tf.randomNormal([3, 6, 5, 2], 0, 1, "float32", 5);
    const wanted = (model.predict(x) as tf.Tensor).dataSync();
    layer
      .apply(x, context)
      .dataSync()
      .forEach((value, i) => expect(value).toBeCloseTo(wanted[i] as number, 5));
  });

  it("lets gradients through to what comes before it", async () => {
    await loadFrozen(folder, ["models/net/model.json"]);
    const parameters = new Parameters(1);
    const layers = chain(
      dense({ inputs: 60, units: 60, activation: "none" }),
      () => ({ apply: (x) => tf.reshape(x, [-1, 6, 5, 2]) }),
      frozen({ ...options, path: "models/net/model.json" }),
    )(parameters.scope("test"));
    const x = tf.randomNormal([2, 60], 0, 1, "float32", 6);
    const { grads } = tf.variableGrads(
      () => tf.sum(layers.apply(x, context)) as tf.Scalar,
      parameters.select(),
    );
    expect(Object.keys(grads)).toHaveLength(2);
    for (const grad of Object.values(grads)) expect(tf.max(tf.abs(grad)).dataSync()[0]).toBeGreaterThan(0);
  });

  it("is known by its files, so that a run goes on with the same one alone", async () => {
    await saveToDisk(network(), join(folder, "models", "other"), 100);
    await loadFrozen(folder, ["models/other"]);
    const hash = frozenHashes()["models/other"];
    await loadFrozen(folder, ["models/other"]);
    expect(frozenHashes()["models/other"]).toBe(hash);
    const shard = join(folder, "models", "other", "shard0.bin");
    const bytes = readFileSync(shard);
    writeFileSync(
      shard,
      Uint8Array.from(bytes, (byte, i) => (i === 0 ? byte ^ 1 : byte)),
    );
    await loadFrozen(folder, ["models/other"]);
    expect(frozenHashes()["models/other"]).not.toBe(hash);
    const samples = {
      size: 0,
      inputs: {},
      shapes: {},
      present: {},
      labels: new Int32Array(),
      index: new Int32Array(),
      classes: [],
    };
    const splits = { train: samples, test: samples };
    expect(dataHash(splits, { a: "1" })).not.toBe(dataHash(splits, { a: "2" }));
  });

  it("reads graph models too", async () => {
    const graph = {
      format: "graph-model",
      modelTopology: {
        versions: { producer: 1 },
        node: [
          {
            name: "x",
            op: "Placeholder",
            attr: { dtype: { type: "DT_FLOAT" }, shape: { shape: { dim: [{ size: "-1" }, { size: "2" }] } } },
          },
          {
            name: "w",
            op: "Const",
            attr: {
              dtype: { type: "DT_FLOAT" },
              value: { tensor: { dtype: "DT_FLOAT", tensorShape: { dim: [{ size: "2" }, { size: "3" }] } } },
            },
          },
          {
            name: "y",
            op: "MatMul",
            input: ["x", "w"],
            attr: { T: { type: "DT_FLOAT" }, transpose_a: { b: false }, transpose_b: { b: false } },
          },
        ],
      },
      weightsManifest: [{ paths: ["w.bin"], weights: [{ name: "w", shape: [2, 3], dtype: "float32" }] }],
    };
    mkdirSync(join(folder, "graph"));
    writeFileSync(join(folder, "graph", "model.json"), JSON.stringify(graph));
    writeFileSync(join(folder, "graph", "w.bin"), new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer));
    await loadFrozen(folder, ["graph"]);
    const layer = frozen({ path: "graph", input: [2], output: [3] })(scope());
    expect([...layer.apply(tf.tensor2d([[1, 10]]), context).dataSync()]).toEqual([41, 52, 63]);
  });

  it("reports what isn't there, can't be read, leaves the folder or has other shapes", async () => {
    expect(await problemOf("nowhere")).toMatch(/nowhere.model\.json error MM4001/);
    expect(await problemOf("../net")).toContain("MM4004");
    const text = readFileSync(join(folder, "models/net/model.json"), "utf8");
    const write = (name: string, content: string) => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "model.json"), content);
    };
    write("broken", text.slice(0, 50));
    expect(await problemOf("broken")).toContain("MM4002");
    write("lost", text);
    expect(await problemOf("lost")).toContain("MM4001");
    const input = tf.input({ shape: [3] });
    const ends = [1, 2].map((units) => tf.layers.dense({ units }).apply(input) as tf.SymbolicTensor);
    await saveToDisk(tf.model({ inputs: input, outputs: ends }), join(folder, "forked"), 100);
    expect(await problemOf("forked")).toContain("MM4023: The saved model has 1 input and 2 outputs");
    write("outside", text.replace("shard0.bin", "../../shard0.bin"));
    expect(await problemOf("outside")).toContain("MM4004");
    await loadFrozen(folder, ["models/net"]);
    expect(() => frozen({ ...options, input: [5, 6, 2] })(scope())).toThrow(
      "MM4022: The saved model reads [6, 5, 2]",
    );
    expect(() => frozen({ ...options, output: [5] })(scope())).toThrow(
      "MM4022: The saved model makes [4] of each sample; the spec says [5]",
    );
    expect(() => frozen({ ...options, path: "models/never" })(scope())).toThrow(
      "loadFrozen must read models/never",
    );
  });
});

describe("custom", () => {
  it("is told its shapes and held to them", () => {
    const shapes = { input: [3], output: [2] };
    const parameters = new Parameters(1);
    const layer = custom(
      ({ input, output }) => dense({ inputs: input[0] ?? 0, units: output[0] ?? 0 }),
      shapes,
    )(parameters.scope("own"));
    expect(layer.apply(tf.ones([4, 3]), context).shape).toEqual([4, 2]);
    expect(parameters.named().map(({ name }) => name)).toEqual(["own.kernel", "own.bias"]);
    const wrong = custom(() => () => ({ apply: (x) => x }), shapes)(scope());
    expect(() => wrong.apply(tf.ones([4, 3]), context)).toThrow(
      "The custom layer at test makes [3] of each sample; the spec says [2].",
    );
  });
});
