import type { Shape } from "../../ir.js";
import { count, word, type Arguments } from "../parameters.js";
import {
  type LayerRow,
  activation,
  size,
  number,
  picture,
  square,
  windows,
  pictureOf,
  moments,
  unlessDefault,
} from "./row.js";

export const conv: LayerRow = {
  name: "conv",
  doc: "Two-dimensional convolution; [height, width] counts as one channel.",
  example: "conv(16, 3)",
  readsPadding: () => true,
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

export const pool: LayerRow = {
  name: "pool",
  doc: "Pooling over windows that don't overlap, of a picture or over time; what doesn't fill a window is left out.",
  example: "pool(2)",
  readsPadding: () => true,
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
export function overall(name: "mean" | "max", runtime: string, doc: string): LayerRow {
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

export const resnet: LayerRow = {
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
