import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { analyse, explain, type ModalityIr } from "../../compiler/index.js";
import { layers } from "../../compiler/tables/layers.js";
import { modalityKinds } from "../../compiler/tables/data.js";
import * as runtime from "../../runtime/index.js";
import { expectDiagnostics } from "../support/diagnostics.js";

beforeAll(() => tf.setBackend("cpu"));

/** A layer as a spec writes it, behind a modality whose values it reads. */
const written: [kind: string, layer: string, output: number[]][] = [
  ["vector(5)", "dense(4)", [4]],
  ["vector(5)", "mlp(7, 3, activation: tanh)", [3]],
  ["image(9, 7, 2)", "conv(4, 3, stride: 2)", [5, 4, 4]],
  ["sequence(9, 7)", "conv(4, 3, padding: valid)", [7, 5, 4]],
  ["sequence(11, 3)", "conv1d(4, 5, stride: 3)", [4, 4]],
  ["sequence(11, 3)", "conv1d(4, 5, padding: valid)", [7, 4]],
  ["audio(rate: 50, seconds: 0.5)", "conv1d(2, 4)", [25, 2]],
  ["image(9, 7, 2)", "pool(2, kind: mean)", [4, 3, 2]],
  ["sequence(11, 3)", "pool(4)", [2, 3]],
  ["sequence(11, 3)", "mean", [3]],
  ["image(9, 7, 2)", "max", [2]],
  ["image(4, 3, 2)", "flatten", [24]],
  ["image(4, 3, 2)", "reshape(6, 4)", [6, 4]],
  ["tokens(6, 9)", "embed(5)", [6, 5]],
  ["table(a: number, b: category(3), c: category(4))", "embed(5)", [11]],
  ["sequence(6, 3)", "gru(5)", [5]],
  ["sequence(6, 3)", "gru(5, output: all)", [6, 5]],
  ["sequence(6, 3)", "lstm(5)", [5]],
  ["sequence(6, 3)", "lstm(5, output: all)", [6, 5]],
  ["sequence(6, 3)", "gru(5, bidirectional: true)", [10]],
  ["sequence(6, 3, padding: zeros)", "lstm(5, output: all, bidirectional: true)", [6, 10]],
  ["sequence(6, 8)", "attention(4)", [6, 8]],
  ["sequence(6, 8)", "transformer(2, heads: 4)", [6, 8]],
  ["sequence(6, 8)", "transformer(1, heads: 2, hidden: 5, dropout: 0.5, positions: none)", [6, 8]],
  ["image(12, 9, 3)", "resnet(8)", [64]],
  ["image(12, 9, 3)", "resnet(14, filters: 2)", [8]],
  ["image(40, 40, 1)", "resnet(18, filters: 2)", [16]],
  ["image(40, 40, 1)", "resnet(34, filters: 1)", [8]],
  ["audio(rate: 800, seconds: 0.25)", "mel(6)", [23, 6]],
  ["audio(rate: 800, seconds: 0.25)", "mel(6, window: 0.1, hop: 0.05)", [4, 6]],
  ["sequence(6, 3)", "norm", [6, 3]],
  ["sequence(6, 3)", "norm(batch)", [6, 3]],
  ["vector(5)", "dropout(0.5)", [5]],
  ["vector(5)", "relu", [5]],
  ["vector(5)", "gelu", [5]],
  ["vector(5)", "tanh", [5]],
];

function specOf(kind: string, chain: string): string {
  return `model M {
  target y: class(2)
  modality x: ${kind}
  encoder E for x = ${chain}
  fusion = concat
  train { paradigm joint }
}`;
}

/** Random values that the modality may have. */
function sample({ shape, vocabulary, columns }: ModalityIr): tf.Tensor {
  const random = new runtime.Random(1);
  const width = shape.reduce((a, b) => a * b, 1);
  const value = (i: number) => {
    const most = vocabulary ?? columns?.[i % width]?.categories;
    return most === undefined ? random.normal() : random.integer(most);
  };
  return tf.tensor(
    Float32Array.from({ length: 3 * width }, (_, i) => value(i)),
    [3, ...shape],
  );
}

describe("the table of layers", () => {
  it.each(written)("says of %s -> %s what the runtime makes of it", (kind, layer, output) => {
    const [ir] = analyse(
      specOf(kind, output.length === 1 ? layer : `${layer} -> flatten`),
      "m.mmspec",
    ).models;
    const [made] = ir?.encoders[0]?.layers ?? [];
    const modality = ir?.modalities[0] as ModalityIr;
    expect(made?.text).toBe(layer);
    expect(made?.output).toEqual(output);
    const parameters = new runtime.Parameters(1);
    const { name, options } = made?.call as { name: keyof typeof runtime; options?: object };
    const build = runtime[name] as (options?: object) => runtime.LayerMaker;
    const found = build(options)(parameters.scope("layer"));
    const context = { training: true, random: new runtime.Random(1), temperature: 0 };
    expect(found.apply(sample(modality), context).shape).toEqual([3, ...output]);
    expect(made?.weights).toBe(parameters.count());
  });

  it("has a test of each layer here, but for those that come from files", () => {
    const tested = new Set(written.map(([, layer]) => layer.replace(/\(.*/, "")));
    const all = [...layers.values()].filter(({ uncounted }) => uncounted !== true).map(({ name }) => name);
    expect([...tested].sort()).toEqual(all.sort());
  });

  it("counts the multiplications and additions of what is a product", () => {
    const flops = (kind: string, chain: string) =>
      explain(analyse(specOf(kind, chain), "m.mmspec").models[0] as never).parts[0]?.flops;
    // 2 a product: 11 windows of 5 x 3 values for 4 filters.
    expect(flops("sequence(11, 3)", "conv1d(4, 5) -> mean")).toBe(2 * 11 * 5 * 3 * 4);
    // Queries, keys, values and the output of 6 moments, and twice all pairs of moments.
    expect(flops("sequence(6, 8)", "attention(4) -> mean")).toBe(2 * 6 * 8 * 32 + 2 * 2 * 6 * 6 * 8);
  });

  it("puts one-hot rows before whatever doesn't read a table's categories itself", () => {
    const chain = (kind: string, layer: string) =>
      analyse(specOf(kind, layer), "m.mmspec").models[0]?.encoders[0]?.layers.map(({ text, output }) => [
        text,
        ...output,
      ]);
    const table = "table(a: number, b: category(3))";
    expect(chain(table, "norm(batch) -> mlp(2)")).toEqual([
      ["one-hot", 5],
      ["norm(batch)", 5],
      ["mlp(2)", 2],
    ]);
    expect(chain(table, "embed(4) -> mlp(2)")).toEqual([
      ["embed(4)", 5],
      ["mlp(2)", 2],
    ]);
    expect(chain("table(a: number, b: number)", "mlp(2)")).toEqual([["mlp(2)", 2]]);
  });

  it("has examples that are right", () => {
    for (const { example, encoder } of modalityKinds.values())
      expectDiagnostics(specOf(example, encoder), []);
  });
});

describe("docs/language.md", () => {
  it("shows kinds and layers that fit together", () => {
    const blocks = [...readFileSync("docs/language.md", "utf8").matchAll(/```mmspec\n([^]*?)```/g)].map(
      ([, text = ""]) => text,
    );
    const [kinds] = blocks.filter((text) => text.startsWith("modality"));
    const [encoders] = blocks.filter((text) => text.startsWith("encoder"));
    expectDiagnostics(
      `model M {\n  target y: class(2)\n${kinds}${encoders}fusion = concat\ntrain { paradigm joint }\n}`,
      [],
    );
  });

  it("shows the custom layer that the tests learn with", () => {
    expect(readFileSync("docs/language.md", "utf8")).toContain(
      readFileSync("test/golden/own-layer.ts", "utf8"),
    );
  });
});
