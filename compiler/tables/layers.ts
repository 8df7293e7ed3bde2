import type { RuntimeCall, Shape } from "../ir.js";
import { count, several, share, word, type Arguments, type Callable } from "./parameters.js";

/** Why a layer can't take what comes before it. */
export type ShapeProblem = { wants: string; fix?: string } | { window: number };

/** One layer of the language. Shapes leave the batch out. */
export interface LayerRow extends Callable {
  /** The output's shape, or why there is none. */
  shape(input: Shape, args: Arguments): Shape | ShapeProblem;
  /** Trainable scalars. */
  weights(input: Shape, args: Arguments): number;
  /** Multiplications and additions for one sample, forwards. */
  flops(input: Shape, args: Arguments): number;
  /** What of the runtime builds it. */
  call(input: Shape, args: Arguments): RuntimeCall;
}

const activations = ["relu", "gelu", "tanh", "none"];
const activation = word("activation", "What follows the layer.", activations, "relu");

const size = (shape: Shape) => shape.reduce((a, b) => a * b, 1);
const number = (args: Arguments, name: string) => args[name] as number;
const features: ShapeProblem = { wants: "[features]", fix: "put `flatten` before it" };
const picture: ShapeProblem = { wants: "[height, width, channels]" };

/** Options that differ from what the runtime does by itself. */
function unlessDefault(args: Arguments, defaults: Record<string, unknown>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(defaults)
      .filter(([name, value]) => args[name] !== value)
      .map(([name]) => [name, args[name] as string | number]),
  );
}

function elementwise(name: string, doc: string): LayerRow {
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

function windows([height = 0, width = 0]: Shape, args: Arguments): [number, number] {
  const kernel = number(args, "kernel");
  const stride = number(args, "stride");
  const across = (length: number) =>
    args.padding === "same" ? Math.ceil(length / stride) : Math.floor((length - kernel) / stride) + 1;
  return [across(height), across(width)];
}

const dense: LayerRow = {
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

const mlp: LayerRow = {
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

const conv: LayerRow = {
  name: "conv",
  doc: "Two-dimensional convolution.",
  example: "conv(16, 3)",
  parameters: [
    count("filters", "Channels that it makes."),
    count("kernel", "Height and width of its window.", 3),
    count("stride", "Step of the window.", 1),
    word("padding", "`same` pads so that the size stays, `valid` doesn't.", ["same", "valid"], "same"),
    activation,
  ],
  shape(input, args) {
    if (input.length !== 3) return picture;
    const [height, width] = windows(input, args);
    return height < 1 || width < 1
      ? { window: number(args, "kernel") }
      : [height, width, number(args, "filters")];
  },
  weights: ([, , channels = 0], args) =>
    (number(args, "kernel") ** 2 * channels + 1) * number(args, "filters"),
  flops(input, args) {
    const [height, width] = windows(input, args);
    return 2 * height * width * number(args, "kernel") ** 2 * (input[2] ?? 0) * number(args, "filters");
  },
  call: ([, , channels = 0], args) => ({
    name: "conv",
    options: {
      channels,
      filters: number(args, "filters"),
      kernel: number(args, "kernel"),
      ...unlessDefault(args, { stride: 1, padding: "same", activation: "relu" }),
    },
  }),
};

const pool: LayerRow = {
  name: "pool",
  doc: "Pooling over windows that don't overlap; rows and columns that don't fill a window are left out.",
  example: "pool(2)",
  parameters: [
    count("size", "Height and width of the window.", 2),
    word("kind", "What a window becomes: its largest value or its mean.", ["max", "mean"], "max"),
  ],
  shape(input, args) {
    if (input.length !== 3) return picture;
    const window = number(args, "size");
    const [height = 0, width = 0, channels = 0] = input;
    if (height < window || width < window) return { window };
    return [Math.floor(height / window), Math.floor(width / window), channels];
  },
  weights: () => 0,
  flops: (input) => size(input),
  call: (_input, args) => ({
    name: "pool",
    options: { size: number(args, "size"), ...unlessDefault(args, { kind: "max" }) },
  }),
};

const flatten: LayerRow = {
  name: "flatten",
  doc: "All values of a sample in one row.",
  example: "flatten",
  parameters: [],
  shape: (input) => [size(input)],
  weights: () => 0,
  flops: () => 0,
  call: () => ({ name: "flatten" }),
};

const dropout: LayerRow = {
  name: "dropout",
  doc: "Sets a share of the values to zero while learning.",
  example: "dropout(0.2)",
  parameters: [{ ...share("rate", "The share, below 1."), type: { kind: "number", min: 0, max: 0.99 } }],
  shape: (input) => input,
  weights: () => 0,
  flops: (input) => size(input),
  call: (_input, args) => ({ name: "dropout", options: { rate: number(args, "rate") } }),
};

const norm: LayerRow = {
  name: "norm",
  doc: "Layer normalisation over the last axis, with a learned scale and shift.",
  example: "norm",
  parameters: [],
  shape: (input) => input,
  weights: (input) => 2 * (input.at(-1) ?? 0),
  flops: (input) => 6 * size(input),
  call: (input) => ({ name: "norm", options: { features: input.at(-1) ?? 0 } }),
};

/** The layers of the language, by name. The checker, the emitter, completion and the documentation read this table. */
export const layers: ReadonlyMap<string, LayerRow> = new Map(
  [
    dense,
    conv,
    pool,
    flatten,
    dropout,
    norm,
    elementwise("relu", "max(0, x)."),
    elementwise("gelu", "Gaussian error linear unit."),
    elementwise("tanh", "Hyperbolic tangent."),
    mlp,
  ].map((row) => [row.name, row]),
);
