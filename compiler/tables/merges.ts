import type { MergeTerms, RuntimeCall } from "../ir.js";
import { count, modality, weight, word, type Arguments, type Callable } from "./parameters.js";

/** Why a merge can't be made with its arguments. */
export type MergeProblem = { features: number; heads: number } | { top: number; experts: number };

/** What makes one representation of several modalities. */
export interface MergeRow extends Callable {
  /** The runtime's function, where it isn't the row's name. */
  runtime?: string;
  /** The paper that it comes from, where it has one. */
  paper?: string;
  /** What is wrong with the arguments together. */
  problem?(args: Arguments): MergeProblem | undefined;
  /** True when all modalities must have the same width. */
  sameWidth: boolean;
  width(inputs: readonly number[], args: Arguments): number;
  weights(inputs: readonly number[], args: Arguments): number;
  flops(inputs: readonly number[], args: Arguments): number;
  call(inputs: readonly number[], args: Arguments): RuntimeCall;
  /** What it adds to the loss. */
  terms?(args: Arguments): MergeTerms;
}

const total = (widths: readonly number[]) => widths.reduce((a, b) => a + b, 0);

function elementwise(name: string, doc: string): MergeRow {
  return {
    name,
    doc,
    example: name,
    parameters: [],
    sameWidth: true,
    width: ([first = 0]) => first,
    weights: () => 0,
    flops: (inputs) => total(inputs),
    call: () => ({ name }),
  };
}

const concat: MergeRow = {
  name: "concat",
  doc: "The modalities side by side.",
  example: "concat",
  parameters: [],
  sameWidth: false,
  width: total,
  weights: () => 0,
  flops: () => 0,
  call: () => ({ name: "concat" }),
};

const bilinear: MergeRow = {
  name: "bilinear",
  doc: "Low-rank bilinear pooling: the product of a projection of each modality. It can express XOR.",
  example: "bilinear(rank: 16)",
  parameters: [count("rank", "Features of each projection.", 16)],
  sameWidth: false,
  width: (_inputs, args) => args.rank as number,
  weights: (inputs, args) => (total(inputs) + inputs.length) * (args.rank as number),
  flops: (inputs, args) => (2 * total(inputs) + inputs.length) * (args.rank as number),
  call: (inputs, args) => ({ name: "bilinear", options: { inputs, rank: args.rank as number } }),
};

const number = (args: Arguments, name: string) => args[name] as number;

const units = count("units", "Features that it makes.", 32);
const heads = count("heads", "Views side by side; they share out the units.", 4);

const unevenHeads = (args: Arguments): MergeProblem | undefined =>
  number(args, "units") % number(args, "heads") === 0
    ? undefined
    : { features: number(args, "units"), heads: number(args, "heads") };

const attention: MergeRow = {
  name: "attention",
  doc: "Each modality is a token that attends to the others; then the mean of those that are there.",
  paper: "Vaswani et al. 2017, arXiv 1706.03762",
  example: "attention(heads: 4)",
  parameters: [heads, units],
  runtime: "modalityAttention",
  sameWidth: false,
  problem: unevenHeads,
  width: (_inputs, args) => number(args, "units"),
  weights(inputs, args) {
    const width = number(args, "units");
    return (total(inputs) + inputs.length) * width + 4 * width * (width + 1);
  },
  flops(inputs, args) {
    const width = number(args, "units");
    const tokens = inputs.length;
    return 2 * total(inputs) * width + 8 * tokens * width ** 2 + 4 * tokens ** 2 * width;
  },
  call: (inputs, args) => ({
    name: "modalityAttention",
    options: { inputs, units: number(args, "units"), heads: number(args, "heads") },
  }),
};

const crossAttention: MergeRow = {
  name: "cross_attention",
  doc: "Each encoding becomes tokens that ask those of all other modalities; what they find stands side by side.",
  paper: "Tsai et al. 2019, arXiv 1906.00295",
  example: "cross_attention(heads: 4)",
  parameters: [
    heads,
    { ...units, doc: "Features of a token." },
    count("tokens", "Tokens of each modality.", 4),
  ],
  runtime: "crossAttention",
  sameWidth: false,
  problem: unevenHeads,
  width: (inputs, args) => inputs.length * number(args, "units"),
  weights(inputs, args) {
    const width = number(args, "units");
    const attending = inputs.length > 1 ? inputs.length * 4 * width * (width + 1) : 0;
    return (total(inputs) + inputs.length) * number(args, "tokens") * width + attending;
  },
  flops(inputs, args) {
    const width = number(args, "units");
    const tokens = number(args, "tokens");
    const asked = (inputs.length - 1) * tokens;
    const each = 4 * tokens * width ** 2 + 4 * asked * width ** 2 + 4 * tokens * asked * width;
    return 2 * total(inputs) * tokens * width + (inputs.length > 1 ? inputs.length * each : 0);
  },
  call: (inputs, args) => ({
    name: "crossAttention",
    options: {
      inputs,
      units: number(args, "units"),
      heads: number(args, "heads"),
      tokens: number(args, "tokens"),
    },
  }),
};

const tensor: MergeRow = {
  name: "tensor",
  doc: "Low-rank tensor fusion: a linear map of all products of features of all modalities, and of some.",
  paper: "Liu et al. 2018, arXiv 1806.00064",
  example: "tensor(rank: 4)",
  parameters: [count("rank", "Products that are added up.", 4), units],
  runtime: "tensorFusion",
  sameWidth: false,
  width: (_inputs, args) => number(args, "units"),
  weights: (inputs, args) =>
    ((total(inputs) + inputs.length) * number(args, "rank") + 1) * number(args, "units"),
  flops: (inputs, args) =>
    (2 * (total(inputs) + inputs.length) + inputs.length) * number(args, "rank") * number(args, "units"),
  call: (inputs, args) => ({
    name: "tensorFusion",
    options: { inputs, rank: number(args, "rank"), units: number(args, "units") },
  }),
};

/** Widths of what `film` modulates, together, and of what conditions it: `by` is the position of one of the inputs. */
function filmWidths(inputs: readonly number[], { by }: Arguments): { modulated: number; from: number } {
  const modulated = inputs.filter((_, m) => (by === undefined ? m === 0 : m !== by));
  const from = total(inputs) - total(modulated);
  return modulated.length === 0 ? { modulated: from, from: 0 } : { modulated: total(modulated), from };
}

const film: MergeRow = {
  name: "film",
  doc: "The features of the modalities, scaled and shifted by what one of them says; without `by` those of the first, by what the others say.",
  paper: "Perez et al. 2018, arXiv 1709.07871",
  example: "film",
  parameters: [
    { ...modality("by", "The one that says how all others are scaled and shifted."), optional: true },
  ],
  sameWidth: false,
  width: (inputs, args) => filmWidths(inputs, args).modulated,
  weights(inputs, args) {
    const { modulated, from } = filmWidths(inputs, args);
    return from === 0 ? 0 : (from + 1) * 2 * modulated;
  },
  flops(inputs, args) {
    const { modulated, from } = filmWidths(inputs, args);
    return from === 0 ? 0 : (4 * from + 3) * modulated;
  },
  call: (inputs, { by }) => ({
    name: "film",
    options: { inputs, ...(by !== undefined && inputs.length > 1 && { by: by as number }) },
  }),
};

const gated: MergeRow = {
  name: "gated",
  doc: "Gated multimodal unit: all modalities say of each feature of each how far it counts.",
  paper: "Arevalo et al. 2017, arXiv 1702.01992",
  example: "gated(32)",
  parameters: [units],
  sameWidth: false,
  width: (_inputs, args) => number(args, "units"),
  weights: (inputs, args) =>
    (total(inputs) + inputs.length + (total(inputs) + 1) * inputs.length) * number(args, "units"),
  flops: (inputs, args) =>
    (2 * total(inputs) * (1 + inputs.length) + 2 * inputs.length) * number(args, "units"),
  call: (inputs, args) => ({ name: "gated", options: { inputs, units: number(args, "units") } }),
};

const moe: MergeRow = {
  name: "moe",
  doc: "Mixture of experts that read all modalities; a gate chooses which few answer for a sample.",
  paper: "Shazeer et al. 2017, arXiv 1701.06538",
  example: "moe(experts: 4, top: 2)",
  parameters: [
    count("experts", "How many there are.", 4),
    count("top", "How many a sample asks.", 2),
    { ...units, doc: "Features that each makes." },
    weight(
      "balance",
      "Weight of the loss that is least when all experts are asked alike (Fedus et al. 2021, arXiv 2101.03961, eq. 4 to 6).",
      0.01,
    ),
    word(
      "noise",
      "Noise on the gate's scores while learning, of a deviation that is learned (eq. 4), or none.",
      ["learned", "none"],
      "none",
    ),
  ],
  runtime: "mixtureOfExperts",
  sameWidth: false,
  problem(args) {
    const [top, experts] = [number(args, "top"), number(args, "experts")];
    return top > experts ? { top, experts } : undefined;
  },
  width: (_inputs, args) => number(args, "units"),
  weights(inputs, args) {
    const all = total(inputs);
    const noise = args.noise === "learned" ? all * number(args, "experts") : 0;
    return (all + 1) * number(args, "experts") * (number(args, "units") + 1) + noise;
  },
  flops: (inputs, args) =>
    2 * total(inputs) * number(args, "experts") * (number(args, "units") + 1) +
    2 * number(args, "experts") * number(args, "units"),
  call: (inputs, args) => ({
    name: "mixtureOfExperts",
    options: {
      inputs,
      units: number(args, "units"),
      experts: number(args, "experts"),
      top: number(args, "top"),
      ...(args.noise !== "none" && { noise: args.noise as string }),
    },
  }),
  // All experts answer where all are asked.
  terms: (args) =>
    number(args, "top") < number(args, "experts") ? { balance: number(args, "balance") } : {},
};

/** What the distance of views counts in the loss, where the spec doesn't say; that of `dmil`, too. */
const alignmentWeight = 0.1;

const align: MergeRow = {
  name: "align",
  doc: "The mean of one view of each modality; the views learn to agree.",
  example: "align(cosine)",
  parameters: [
    word("distance", "How far apart two views are.", ["cosine", "mse", "infonce"], "cosine"),
    count("units", "Features of a view.", 32),
    {
      ...weight(
        "weight",
        `Weight of the views' distance in the loss, where the paradigm has none of its own; ${alignmentWeight} when left out.`,
      ),
      optional: true,
    },
  ],
  sameWidth: false,
  width: (_inputs, args) => args.units as number,
  weights: (inputs, args) => (total(inputs) + inputs.length) * (args.units as number),
  flops: (inputs, args) => 2 * total(inputs) * (args.units as number),
  call: (inputs, args) => ({ name: "align", options: { inputs, units: args.units as number } }),
  terms: (args) => ({ alignment: (args.weight as number | undefined) ?? alignmentWeight }),
};

/** What can stand at the beginning of a fusion of several modalities, by name. */
export const merges: ReadonlyMap<string, MergeRow> = new Map(
  [
    concat,
    elementwise("mean", "The mean of each feature over the modalities that are there."),
    elementwise("sum", "The sum of each feature over the modalities."),
    elementwise("max", "The largest of each feature over the modalities."),
    elementwise("product", "The product of each feature over the modalities."),
    bilinear,
    tensor,
    attention,
    crossAttention,
    film,
    gated,
    moe,
    align,
  ].map((row) => [row.name, row]),
);

/** The fusion that isn't a merge: each modality predicts alone, and the probabilities are averaged. */
export const ensembleFusion: Callable = {
  name: "ensemble",
  doc: "Each modality predicts the target on its own; the mean of their probabilities answers.",
  example: "fusion = ensemble(learned)",
  parameters: [
    word(
      "weights",
      "How much each modality counts: all the same, or what is learned of each, the same for all samples.",
      ["mean", "learned"],
      "mean",
    ),
  ],
};
