import type { ConditionIr } from "../ir.js";
import type { Module } from "./module.js";
import { literal, numeral } from "./text.js";

/** A condition as calls of the runtime: `and(above("synergistic", 0.6), not(missing("bottom")))`. */
export function conditionText(condition: ConditionIr, module: Module): string {
  switch (condition.kind) {
    case "above":
    case "below": {
      const orEqual = condition.orEqual ? ", true" : "";
      return `${module.use(condition.kind)}(${names(condition.components)}, ${numeral(condition.threshold)}${orEqual})`;
    }
    case "dominates":
      return `${module.use("dominates")}(${names(condition.components)})`;
    case "missing":
      return `${module.use("missing")}(${literal(condition.modality)})`;
    case "and":
    case "or": {
      const left = conditionText(condition.left, module);
      return `${module.use(condition.kind)}(${left}, ${conditionText(condition.right, module)})`;
    }
    case "not":
      return `${module.use("not")}(${conditionText(condition.operand, module)})`;
  }
}

function names(components: readonly string[]): string {
  const [only] = components;
  return components.length === 1 && only !== undefined
    ? literal(only)
    : `[${components.map(literal).join(", ")}]`;
}
