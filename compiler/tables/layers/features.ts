import { count, several, share, word } from "../parameters.js";
import { type LayerRow, activation, size, number, features, unlessDefault } from "./row.js";

export function elementwise(name: string, doc: string): LayerRow {
  return {
    name,
    doc,
    example: name,
    parameters: [],
    shape: (input) => input,
    weights: () => 0,
    flops: (input) => size(input),
    call: () => ({ name }),
  };
}

export const dense: LayerRow = {
  name: "dense",
  doc: "Fully connected layer.",
  example: "dense(64)",
  parameters: [count("units", "Features that it makes."), activation],
  shape: (input, args) => (input.length === 1 ? [number(args, "units")] : features),
  weights: ([width = 0], args) => (width + 1) * number(args, "units"),
  flops: ([width = 0], args) => 2 * width * number(args, "units"),
  call: ([width = 0], args) => ({
    name: "dense",
    options: { inputs: width, units: number(args, "units"), ...unlessDefault(args, { activation: "relu" }) },
  }),
};

export const mlp: LayerRow = {
  name: "mlp",
  doc: "Multilayer perceptron: fully connected layers, each followed by the activation.",
  example: "mlp(64, 32)",
  parameters: [several("units", "Features of each layer."), activation],
  shape: (input, args) => (input.length === 1 ? [(args.units as number[]).at(-1) ?? 0] : features),
  weights: ([width = 0], args) =>
    pairs(width, args.units as number[]).reduce((n, [a, b]) => n + (a + 1) * b, 0),
  flops: ([width = 0], args) => pairs(width, args.units as number[]).reduce((n, [a, b]) => n + 2 * a * b, 0),
  call: ([width = 0], args) => ({
    name: "mlp",
    options: {
      inputs: width,
      units: args.units as number[],
      ...unlessDefault(args, { activation: "relu" }),
    },
  }),
};

function pairs(width: number, units: readonly number[]): [number, number][] {
  return units.map((unit, i) => [i === 0 ? width : (units[i - 1] as number), unit]);
}

export const reshape: LayerRow = {
  name: "reshape",
  doc: "The same values in another shape.",
  example: "reshape(7, 14)",
  parameters: [several("shape", "Its sizes; together as many values as come before.")],
  shape(input, args) {
    const shape = args.shape as number[];
    const [found, wanted] = [size(input), size(shape)];
    return found === wanted ? shape : { wants: `${wanted} values for [${shape.join(", ")}]` };
  },
  weights: () => 0,
  flops: () => 0,
  call: (_input, args) => ({ name: "reshape", options: { shape: args.shape as number[] } }),
  readsPadding: () => true,
};

export const flatten: LayerRow = {
  name: "flatten",
  doc: "All values of a sample in one row.",
  example: "flatten",
  parameters: [],
  shape: (input) => [size(input)],
  weights: () => 0,
  flops: () => 0,
  call: () => ({ name: "flatten" }),
};

export const dropout: LayerRow = {
  name: "dropout",
  doc: "Sets a share of the values to zero while learning.",
  example: "dropout(0.2)",
  parameters: [{ ...share("rate", "The share, below 1."), type: { kind: "number", min: 0, max: 0.99 } }],
  shape: (input) => input,
  weights: () => 0,
  flops: (input) => size(input),
  call: (_input, args) => ({ name: "dropout", options: { rate: number(args, "rate") } }),
};

export const norm: LayerRow = {
  name: "norm",
  doc: "Normalisation with a learned scale and shift: of each sample over the last axis (`layer`), or of each feature over the batch (`batch`).",
  example: "norm(batch)",
  parameters: [
    word("over", "`layer`, or `batch` with running statistics for predicting.", ["layer", "batch"], "layer"),
  ],
  shape: (input) => input,
  weights: (input) => 2 * (input.at(-1) ?? 0),
  flops: (input) => 6 * size(input),
  call: (input, args) => ({
    name: args.over === "batch" ? "batchNorm" : "norm",
    options: { features: input.at(-1) ?? 0 },
  }),
  runtime: ["norm", "batchNorm"],
  readsPadding: (args) => args.over === "batch",
};
