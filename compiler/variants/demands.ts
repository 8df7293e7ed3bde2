import type { Choice } from "./axes.js";

/** What a variant costs, as `explain` counts it. */
export const costs = {
  parameters: "Trainable numbers.",
  flops: "Multiplications and additions for one sample, forwards.",
  memory: "Bytes to learn from one batch: activations, weights and the optimizer's moments.",
} as const;

export type Cost = keyof typeof costs;

export type Quantity =
  | { kind: "number"; value: number }
  | { kind: "axis"; axis: number }
  | { kind: "cost"; cost: Cost }
  /** What is called: `joint`. */
  | { kind: "word"; text: string };

/** What is asked of a variant, its paths looked up. */
export type Requirement =
  | { kind: "comparison"; left: Quantity; operator: Operator; right: Quantity }
  | { kind: "and" | "or"; left: Requirement; right: Requirement }
  | { kind: "not"; operand: Requirement };

type Operator = ">" | ">=" | "<" | "<=" | "=" | "!=";

/** What of a variant is known. */
export interface Known {
  choice(axis: number): Choice;
  /** Absent before it was built. */
  costs?: Readonly<Record<Cost, number>>;
}

/** Whether a variant meets it; undefined where that hangs on costs that aren't known yet. */
export function meets(requirement: Requirement, known: Known): boolean | undefined {
  switch (requirement.kind) {
    case "not": {
      const operand = meets(requirement.operand, known);
      return operand === undefined ? undefined : !operand;
    }
    case "and":
    case "or": {
      // One side may decide: false of `and`, true of `or`.
      const decides = requirement.kind === "or";
      const sides = [meets(requirement.left, known), meets(requirement.right, known)];
      if (sides.includes(decides)) return decides;
      return sides.includes(undefined) ? undefined : !decides;
    }
    case "comparison":
      return compares(requirement, known);
  }
}

function compares(
  { left, operator, right }: Extract<Requirement, { kind: "comparison" }>,
  known: Known,
): boolean | undefined {
  const [a, b] = [valueOf(left, known), valueOf(right, known)];
  if (a === undefined || b === undefined) return undefined;
  if (operator === "=") return a === b;
  if (operator === "!=") return a !== b;
  if (typeof a !== "number" || typeof b !== "number") return false;
  if (operator === ">") return a > b;
  if (operator === ">=") return a >= b;
  return operator === "<" ? a < b : a <= b;
}

function valueOf(quantity: Quantity, known: Known): number | string | undefined {
  switch (quantity.kind) {
    case "number":
      return quantity.value;
    case "word":
      return quantity.text;
    case "cost":
      return known.costs?.[quantity.cost];
    case "axis": {
      const { number, word, text } = known.choice(quantity.axis);
      return number ?? word ?? text;
    }
  }
}
