import type { Shape } from "../../ir.js";
import { count, positive, share, word, type Arguments } from "../parameters.js";
import {
  type ShapeProblem,
  type LayerSource,
  type LayerRow,
  activation,
  number,
  unlessDefault,
  sequence,
  windows,
  moments,
} from "./row.js";

export const conv1d: LayerRow = {
  name: "conv1d",
  doc: "Convolution over time; [time] counts as one feature.",
  example: "conv1d(32, 5)",
  readsPadding: (args) => args.stride !== 1 || args.padding !== "same",
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

const directions = (args: Arguments) => (args.bidirectional === "true" ? 2 : 1);

/** @param gates products with the input, and with the state, of `units` each */
export function recurrent(name: string, doc: string, gates: number, biases: number): LayerRow {
  return {
    name,
    doc,
    example: `${name}(32)`,
    parameters: [
      count("units", "Features of its state."),
      word("output", "The state after the `last` moment, or after `all` of them.", ["last", "all"], "last"),
      word(
        "bidirectional",
        "Whether it goes through the moments backwards too; what both make stands side by side.",
        ["true", "false"],
        "false",
      ),
    ],
    shape([time = 0, ...rest], args) {
      if (rest.length !== 1) return sequence;
      const units = directions(args) * number(args, "units");
      return args.output === "all" ? [time, units] : [units];
    },
    weights: ([, inputs = 0], args) => {
      const units = number(args, "units");
      return directions(args) * (gates * units * (inputs + units) + biases * units);
    },
    flops: ([time = 0, inputs = 0], args) => {
      const units = number(args, "units");
      return directions(args) * time * units * (2 * gates * (inputs + units) + 10);
    },
    call: ([, inputs = 0], args) => ({
      name,
      options: {
        inputs,
        units: number(args, "units"),
        ...unlessDefault(args, { output: "last" }),
        ...(directions(args) === 2 && { bidirectional: true }),
      },
    }),
  };
}

export const heads = count("heads", "Views of the sequence side by side; they share out the features.");

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

export const attention: LayerRow = {
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

export const transformer: LayerRow = {
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

/** Sizes of a spectrogram's frames, in samples. */
function framesOf([samples = 0]: Shape, args: Arguments, { rate = 0 }: Pick<LayerSource, "rate">) {
  const window = Math.max(1, Math.round(rate * number(args, "window")));
  const hop = Math.max(1, Math.round(rate * number(args, "hop")));
  return { window, frames: Math.floor((samples - window) / hop) + 1 };
}

export const mel: LayerRow = {
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
