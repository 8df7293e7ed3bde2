import type { RuntimeCall } from "../ir.js";
import { count, word, type Arguments, type Callable } from "./parameters.js";

/** What makes one representation of several modalities. */
export interface MergeRow extends Callable {
  /** True when all modalities must have the same width. */
  sameWidth: boolean;
  width(inputs: readonly number[], args: Arguments): number;
  weights(inputs: readonly number[], args: Arguments): number;
  flops(inputs: readonly number[], args: Arguments): number;
  call(inputs: readonly number[], args: Arguments): RuntimeCall;
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

const align: MergeRow = {
  name: "align",
  doc: "The mean of one view of each modality; paradigm `dmil` teaches the views to agree.",
  example: "align(cosine)",
  parameters: [
    word("distance", "How far apart two views are.", ["cosine", "mse", "infonce"], "cosine"),
    count("units", "Features of a view.", 32),
  ],
  sameWidth: false,
  width: (_inputs, args) => args.units as number,
  weights: (inputs, args) => (total(inputs) + inputs.length) * (args.units as number),
  flops: (inputs, args) => 2 * total(inputs) * (args.units as number),
  call: (inputs, args) => ({ name: "align", options: { inputs, units: args.units as number } }),
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
    align,
  ].map((row) => [row.name, row]),
);

/** The fusion that isn't a merge: each modality predicts alone, and the probabilities are averaged. */
export const ensembleFusion: Callable = {
  name: "ensemble",
  doc: "Each modality predicts the target on its own; the mean of their probabilities answers.",
  example: "fusion = ensemble",
  parameters: [],
};
