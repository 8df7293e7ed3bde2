import type { RuntimeCall } from "../../ir.js";
import { count } from "../parameters.js";
import { type LayerSource, type LayerRow, number } from "./row.js";

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

export const embed: LayerRow = {
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
