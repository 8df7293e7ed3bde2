import type { Span } from "../../grammar/syntax.js";
import type { Axis } from "./axes.js";
import type { Requirement } from "./demands.js";

/** A `variants` block that is free of errors: what is varied and which combinations are wanted. */
export interface VariantsPlan {
  model: string;
  axes: readonly Axis[];
  wheres: readonly { text: string; requirement: Requirement }[];
  limit?: number;
  sample?: { count: number; seed: number };
  /** The block, with its doc comment. */
  span: Span;
}
