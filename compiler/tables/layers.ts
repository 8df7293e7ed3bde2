import type { ModalityIr, RuntimeCall, Shape } from "../ir.js";
import {
  count,
  path,
  positive,
  several,
  share,
  word,
  type Arguments,
  type Callable,
  type Parameter,
} from "./parameters.js";

/** Why a layer can't take what comes before it. */
export type ShapeProblem =
  { wants: string; fix?: string } | { window: string } | { features: number; heads: number };

/** What a layer may know of the modality that it reads; unknown behind a layer that made something else of it. */
export type LayerSource = Pick<ModalityIr, "name" | "kind" | "rate" | "vocabulary" | "columns">;

/** One layer of the language. Shapes leave the batch out. */
export interface LayerRow extends Callable {
  /** The output's shape, or why there is none. */
  shape(input: Shape, args: Arguments, source?: LayerSource): Shape | ShapeProblem;
  /** Trainable scalars. */
  weights(input: Shape, args: Arguments, source?: LayerSource): number;
  /** Multiplications and additions for one sample, forwards. */
  flops(input: Shape, args: Arguments, source?: LayerSource): number;
  /** What of the runtime builds it. */
  call(input: Shape, args: Arguments, source?: LayerSource): RuntimeCall;
  /** True where it reads tokens and a table's categories as they are: names, not amounts. */
  readsNames?: boolean;
  /** True where weights and FLOPs aren't known before it runs, and count nothing. */
  uncounted?: boolean;
  /** What it may call of the runtime. Its own name when left out. */
  runtime?: readonly string[];
}

const activations = ["relu", "gelu", "tanh", "none"];
const activation = word("activation", "What follows the layer.", activations, "relu");

const size = (shape: Shape) => shape.reduce((a, b) => a * b, 1);
const number = (args: Arguments, name: string) => args[name] as number;
const features: ShapeProblem = { wants: "[features]", fix: "put `flatten` before it" };
const picture: ShapeProblem = { wants: "[height, width, channels]" };
const sequence: ShapeProblem = { wants: "[time, features]" };

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

const square = (side: number) => `${side} x ${side}`;

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

/** A picture's sizes; [height, width] has one channel. */
function pictureOf(input: Shape): [number, number, number] {
  const [height = 0, width = 0, channels = 1] = input;
  return [height, width, channels];
}

const conv: LayerRow = {
  name: "conv",
  doc: "Two-dimensional convolution; [height, width] counts as one channel.",
  example: "conv(16, 3)",
  parameters: [
    count("filters", "Channels that it makes."),
    count("kernel", "Height and width of its window.", 3),
    count("stride", "Step of the window.", 1),
    word("padding", "`same` pads so that the size stays, `valid` doesn't.", ["same", "valid"], "same"),
    activation,
  ],
  shape(input, args) {
    if (input.length !== 3 && input.length !== 2) return picture;
    const [height, width] = windows(input, args);
    return height < 1 || width < 1
      ? { window: square(number(args, "kernel")) }
      : [height, width, number(args, "filters")];
  },
  weights: (input, args) => (number(args, "kernel") ** 2 * pictureOf(input)[2] + 1) * number(args, "filters"),
  flops(input, args) {
    const [height, width] = windows(input, args);
    return 2 * height * width * number(args, "kernel") ** 2 * pictureOf(input)[2] * number(args, "filters");
  },
  call: (input, args) => ({
    name: "conv",
    options: {
      channels: pictureOf(input)[2],
      filters: number(args, "filters"),
      kernel: number(args, "kernel"),
      ...unlessDefault(args, { stride: 1, padding: "same", activation: "relu" }),
    },
  }),
};

const conv1d: LayerRow = {
  name: "conv1d",
  doc: "Convolution over time; [time] counts as one feature.",
  example: "conv1d(32, 5)",
  parameters: [
    count("filters", "Features that it makes."),
    count("kernel", "Moments in its window.", 3),
    count("stride", "Step of the window.", 1),
    word("padding", "`same` pads so that the length stays, `valid` doesn't.", ["same", "valid"], "same"),
    activation,
  ],
  shape(input, args) {
    if (input.length !== 2 && input.length !== 1) return sequence;
    const [time] = windows(input, args);
    return time < 1 ? { window: moments(number(args, "kernel")) } : [time, number(args, "filters")];
  },
  weights: ([, channels = 1], args) => (number(args, "kernel") * channels + 1) * number(args, "filters"),
  flops(input, args) {
    const [time] = windows(input, args);
    return 2 * time * number(args, "kernel") * (input[1] ?? 1) * number(args, "filters");
  },
  call: ([, channels = 1], args) => ({
    name: "conv1d",
    options: {
      channels,
      filters: number(args, "filters"),
      kernel: number(args, "kernel"),
      ...unlessDefault(args, { stride: 1, padding: "same", activation: "relu" }),
    },
  }),
};

const moments = (length: number) => `${length} moment${length === 1 ? "" : "s"}`;

const pool: LayerRow = {
  name: "pool",
  doc: "Pooling over windows that don't overlap, of a picture or over time; what doesn't fill a window is left out.",
  example: "pool(2)",
  parameters: [
    count("size", "Height and width of the window, or moments in it.", 2),
    word("kind", "What a window becomes: its largest value or its mean.", ["max", "mean"], "max"),
  ],
  shape(input, args) {
    const window = number(args, "size");
    const [height = 0, width = 0, channels = 0] = input;
    if (input.length === 2) {
      return height < window ? { window: moments(window) } : [Math.floor(height / window), width];
    }
    if (input.length !== 3) return { wants: "[height, width, channels] or [time, features]" };
    if (height < window || width < window) return { window: square(window) };
    return [Math.floor(height / window), Math.floor(width / window), channels];
  },
  weights: () => 0,
  flops: (input) => size(input),
  call: (_input, args) => ({
    name: "pool",
    options: { size: number(args, "size"), ...unlessDefault(args, { kind: "max" }) },
  }),
};

/** Of all that stands between the batch and the features. */
function overall(name: "mean" | "max", runtime: string, doc: string): LayerRow {
  return {
    name,
    doc,
    example: name,
    parameters: [],
    shape: (input) =>
      input.length < 2
        ? { wants: "[time, features] or [height, width, channels]" }
        : [input.at(-1) as number],
    weights: () => 0,
    flops: (input) => size(input),
    call: () => ({ name: runtime }),
    runtime: [runtime],
  };
}

const reshape: LayerRow = {
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
};

/** How many values each column of a table may have, its slot for unseen ones among them; 0 for a number. */
export function columnSizes({ columns = [] }: Pick<LayerSource, "columns">): number[] {
  return columns.map(({ categories }) => (categories === undefined ? 0 : categories + 1));
}

/** What stands before the first layer of a table that has categories, unless that layer reads them itself. */
export const oneHot: LayerRow = {
  name: "one-hot",
  doc: "Each category of a table as a row of zeros and a one; one more slot is for those that training never saw.",
  example: "",
  parameters: [],
  shape: (_input, _args, source) => [
    columnSizes(source ?? {}).reduce((sum, count) => sum + Math.max(1, count), 0),
  ],
  weights: () => 0,
  flops: () => 0,
  call: (_input, _args, source) => ({
    name: "oneHotColumns",
    options: { columns: columnSizes(source ?? {}) },
  }),
  readsNames: true,
  runtime: ["oneHotColumns"],
};

const embed: LayerRow = {
  name: "embed",
  doc: "A learned row of features for each token, or for each category of a table, whose numbers stay.",
  example: "embed(64)",
  parameters: [count("features", "Features that a token or a category becomes.")],
  shape([length = 0], args, source) {
    const made = number(args, "features");
    if (source?.vocabulary !== undefined) return [length, made];
    if (source?.columns === undefined) return { wants: "`tokens` or a `table` as they come" };
    return [columnSizes(source).reduce((sum, count) => sum + (count === 0 ? 1 : made), 0)];
  },
  weights: (_input, args, source) =>
    [source?.vocabulary ?? 0, ...columnSizes(source ?? {})].reduce((a, b) => a + b, 0) *
    number(args, "features"),
  flops: () => 0,
  call(_input, args, source): RuntimeCall {
    const made = number(args, "features");
    const { vocabulary } = source ?? {};
    if (vocabulary !== undefined) return { name: "embed", options: { vocabulary, features: made } };
    return { name: "embedColumns", options: { columns: columnSizes(source ?? {}), features: made } };
  },
  readsNames: true,
  runtime: ["embed", "embedColumns"],
};

/** @param gates products with the input, and with the state, of `units` each */
function recurrent(name: string, doc: string, gates: number, biases: number): LayerRow {
  return {
    name,
    doc,
    example: `${name}(32)`,
    parameters: [
      count("units", "Features of its state."),
      word("output", "The state after the `last` moment, or after `all` of them.", ["last", "all"], "last"),
    ],
    shape([time = 0, ...rest], args) {
      if (rest.length !== 1) return sequence;
      return args.output === "all" ? [time, number(args, "units")] : [number(args, "units")];
    },
    weights: ([, inputs = 0], args) => {
      const units = number(args, "units");
      return gates * units * (inputs + units) + biases * units;
    },
    flops: ([time = 0, inputs = 0], args) => {
      const units = number(args, "units");
      return time * units * (2 * gates * (inputs + units) + 10);
    },
    call: ([, inputs = 0], args) => ({
      name,
      options: { inputs, units: number(args, "units"), ...unlessDefault(args, { output: "last" }) },
    }),
  };
}

const heads = count("heads", "Views of the sequence side by side; they share out the features.");

function sharedOut(input: Shape, args: Arguments): Shape | ShapeProblem {
  const [, width] = input;
  if (input.length !== 2 || width === undefined) return sequence;
  const views = number(args, "heads");
  return width % views === 0 ? input : { features: width, heads: views };
}

const attentionCost = ([time = 0, width = 0]: Shape) => ({
  weights: 4 * width * (width + 1),
  flops: 8 * time * width ** 2 + 4 * time ** 2 * width,
});

const attention: LayerRow = {
  name: "attention",
  doc: "Multi-head self-attention (Vaswani et al. 2017): each moment becomes a mixture of all.",
  example: "attention(4)",
  parameters: [heads],
  shape: sharedOut,
  weights: (input) => attentionCost(input).weights,
  flops: (input) => attentionCost(input).flops,
  call: ([, width = 0], args) => ({
    name: "attention",
    options: { features: width, heads: number(args, "heads") },
  }),
};

const hiddenOf = ([, width = 0]: Shape, args: Arguments) => (args.hidden as number | undefined) ?? 4 * width;

const transformer: LayerRow = {
  name: "transformer",
  doc: "The encoder of a transformer (Vaswani et al. 2017), normalised before each part.",
  example: "transformer(2, heads: 4)",
  parameters: [
    count("layers", "How many."),
    heads,
    { ...count("hidden", "Units of each layer's perceptron; four times the features."), optional: true },
    {
      ...share("dropout", "Share of each layer's contribution dropped while learning.", 0),
      type: { kind: "number", min: 0, max: 0.99 },
    },
    word(
      "positions",
      "What tells the order: sines and cosines added to the input, or nothing.",
      ["sines", "none"],
      "sines",
    ),
  ],
  shape: sharedOut,
  weights(input, args) {
    const [, width = 0] = input;
    const hidden = hiddenOf(input, args);
    const perceptron = width * hidden + hidden + hidden * width + width;
    return number(args, "layers") * (attentionCost(input).weights + perceptron + 4 * width) + 2 * width;
  },
  flops(input, args) {
    const [time = 0, width = 0] = input;
    const layer = attentionCost(input).flops + 4 * time * width * hiddenOf(input, args) + 14 * time * width;
    return number(args, "layers") * layer + 7 * time * width;
  },
  call: ([, width = 0], args) => ({
    name: "transformer",
    options: {
      features: width,
      layers: number(args, "layers"),
      heads: number(args, "heads"),
      ...(args.hidden !== undefined && { hidden: number(args, "hidden") }),
      ...unlessDefault(args, { dropout: 0, positions: "sines" }),
    },
  }),
};

/** Blocks of each stage of the published networks of basic blocks: those for ImageNet, and those of depth 6 n + 2 for small pictures. */
function residualStages(depth: number): { blocks: number[]; filters: number; large: boolean } | undefined {
  if (depth === 18) return { blocks: [2, 2, 2, 2], filters: 64, large: true };
  if (depth === 34) return { blocks: [3, 4, 6, 3], filters: 64, large: true };
  const n = (depth - 2) / 6;
  return Number.isInteger(n) && n >= 1 ? { blocks: [n, n, n], filters: 16, large: false } : undefined;
}

/** A residual network's convolutions, one by one: sizes of what they read and make. */
function residualConvolutions(input: Shape, args: Arguments) {
  const {
    blocks,
    filters: first,
    large,
  } = residualStages(number(args, "depth")) as NonNullable<ReturnType<typeof residualStages>>;
  const filters = (args.filters as number | undefined) ?? first;
  const list: { kernel: number; from: number; to: number; pixels: number }[] = [];
  let [height, width, from] = pictureOf(input);
  const halve = () => ([height, width] = [Math.ceil(height / 2), Math.ceil(width / 2)]);
  const add = (kernel: number, to: number) => list.push({ kernel, from, to, pixels: height * width });
  if (large) halve();
  add(large ? 7 : 3, filters);
  if (large) halve();
  from = filters;
  blocks.forEach((count, stage) => {
    const to = filters * 2 ** stage;
    for (let i = 0; i < count; i++) {
      if (stage > 0 && i === 0) {
        halve();
        add(1, to);
      }
      add(3, to);
      from = to;
      add(3, to);
    }
  });
  return { list, output: from, blocks, filters, large };
}

const resnet: LayerRow = {
  name: "resnet",
  doc: "Residual network of basic blocks (He et al. 2016), down to the mean of each channel. Depths 18 and 34 are those for large pictures, 6 n + 2 those for small ones.",
  example: "resnet(20)",
  parameters: [
    {
      ...count("depth", "Layers with weights, as the networks are called by."),
      type: {
        kind: "integer",
        min: 8,
        only: {
          words: "18, 34, or 6 n + 2, as 8, 14, 20, 32, 44, 56 and 110",
          has: (value) => residualStages(value) !== undefined,
        },
      },
    },
    {
      ...count("filters", "Of the first stage; as published, 16, or 64 at depths 18 and 34."),
      optional: true,
    },
  ],
  shape: (input, args) =>
    input.length !== 3 && input.length !== 2 ? picture : [residualConvolutions(input, args).output],
  weights: (input, args) =>
    residualConvolutions(input, args).list.reduce(
      (sum, { kernel, from, to }) => sum + kernel ** 2 * from * to + 2 * to,
      0,
    ),
  flops: (input, args) =>
    residualConvolutions(input, args).list.reduce(
      (sum, { kernel, from, to, pixels }) => sum + pixels * to * (2 * kernel ** 2 * from + 6),
      0,
    ),
  call(input, args) {
    const { blocks, filters, large } = residualConvolutions(input, args);
    return {
      name: "resnet",
      options: { channels: pictureOf(input)[2], blocks, filters, ...(large && { stem: "large" }) },
    };
  },
};

/** Sizes of a spectrogram's frames, in samples. */
function framesOf([samples = 0]: Shape, args: Arguments, { rate = 0 }: Pick<LayerSource, "rate">) {
  const window = Math.max(1, Math.round(rate * number(args, "window")));
  const hop = Math.max(1, Math.round(rate * number(args, "hop")));
  return { window, frames: Math.floor((samples - window) / hop) + 1 };
}

const mel: LayerRow = {
  name: "mel",
  doc: "Log-mel spectrogram of a sound, on the scale of HTK: [frames, mels].",
  example: "mel(40)",
  parameters: [
    { ...count("mels", "Bands."), type: { kind: "integer", min: 1, max: 512 } },
    positive("window", "Length of a frame in seconds.", 0.025),
    positive("hop", "Seconds from one frame to the next.", 0.01),
  ],
  shape(input, args, source) {
    if (source?.rate === undefined) return { wants: "the sound of an `audio` modality as it comes" };
    const { frames, window } = framesOf(input, args, source);
    return frames < 1 ? { window: `${window} samples` } : [frames, number(args, "mels")];
  },
  weights: () => 0,
  flops(input, args, source) {
    const { frames, window } = framesOf(input, args, source ?? {});
    const bins = 2 ** Math.max(1, Math.ceil(Math.log2(window))) / 2 + 1;
    return frames * (4 * window * bins + 3 * bins + 2 * bins * number(args, "mels"));
  },
  call: (_input, args, source) => ({
    name: "mel",
    options: {
      rate: source?.rate ?? 0,
      mels: number(args, "mels"),
      ...unlessDefault(args, { window: 0.025, hop: 0.01 }),
    },
  }),
};

/** A layer that comes from a file, which the compiler doesn't read: the spec says what it makes. */
function fromFile(row: Pick<LayerRow, "name" | "doc" | "example" | "call">, file: Parameter): LayerRow {
  return {
    ...row,
    parameters: [file, several("shape", "The sizes of what it makes of a sample.")],
    shape: (_input, args) => args.shape as number[],
    weights: () => 0,
    flops: () => 0,
    readsNames: true,
    uncounted: true,
  };
}

const frozen = fromFile(
  {
    name: "frozen",
    doc: "A saved TensorFlow.js model, layers or graph, whose weights don't learn.",
    example: 'frozen("models/eye", 1280)',
    call: (input, args) => ({
      name: "frozen",
      options: { path: args.path as string, input: [...input], output: args.shape as number[] },
    }),
  },
  path("path", "Its model.json, or the folder that has it."),
);

const custom = fromFile(
  {
    name: "custom",
    doc: "A layer of your own: the default export, a `CustomLayer`, of a TypeScript file.",
    example: 'custom("./encoder.ts", 64)',
    call: (input, args) => ({
      name: "custom",
      file: args.file as string,
      options: { input: [...input], output: args.shape as number[] },
    }),
  },
  path("file", "The file, beside the spec or below it."),
);

/** The layers of the language, by name. The checker, the emitter, completion and the documentation read this table. */
export const layers: ReadonlyMap<string, LayerRow> = new Map(
  [
    dense,
    mlp,
    conv,
    conv1d,
    pool,
    overall("mean", "globalMean", "The mean over time, or over a picture."),
    overall("max", "globalMax", "The largest value over time, or over a picture."),
    flatten,
    reshape,
    embed,
    recurrent(
      "gru",
      "Gated recurrent unit (Cho et al. 2014), its reset gate behind the product with the state.",
      3,
      4,
    ),
    recurrent("lstm", "Long short-term memory (Hochreiter and Schmidhuber 1997).", 4, 4),
    attention,
    transformer,
    resnet,
    mel,
    norm,
    dropout,
    elementwise("relu", "max(0, x)."),
    elementwise("gelu", "Gaussian error linear unit."),
    elementwise("tanh", "Hyperbolic tangent."),
    frozen,
    custom,
  ].map((row) => [row.name, row]),
);
