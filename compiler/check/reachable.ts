import type { ComponentIr, ConditionIr } from "../ir.js";
import { pointWithin, type Halfspace } from "./simplex.js";

/** What a condition asks for, when it is written as alternatives of which each asks for several of these; shares are sums of those of components. */
type Demand =
  /** A share, less another, is above a number, or at it where that is enough. */
  | { kind: "more"; share: readonly string[]; than: readonly string[]; by: number; strict: boolean }
  /** A share is below a number. */
  | { kind: "less"; share: readonly string[]; value: number; strict: boolean }
  | { kind: "missing"; modality: string; is: boolean };

type Components = readonly Pick<ComponentIr, "id">[];

/** What conditions are asked of. */
export interface Facts {
  components: Components;
  /** The modalities that may be missing; any may when it is left out. */
  optional?: ReadonlySet<string>;
}

/** A sample that fulfils a condition. */
export interface Example {
  /** By component; they add up to 1. */
  shares: Readonly<Record<string, number>>;
  missing: readonly string[];
}

/** Conditions of more alternatives aren't reasoned about: they count as possible. */
const mostAlternatives = 200;

/** False when no sample fulfils the condition; true also where it has too many alternatives. */
export function canHold(condition: ConditionIr, facts: Facts): boolean {
  return somePossible(alternatives(condition, true, facts), facts);
}

/** True when all samples fulfil the condition. */
export function alwaysHolds(condition: ConditionIr, facts: Facts): boolean {
  return !somePossible(alternatives(condition, false, facts), facts);
}

/** True when all samples that fulfil the first condition fulfil the second. */
export function implies(first: ConditionIr, second: ConditionIr, facts: Facts): boolean {
  const left = alternatives(first, true, facts);
  const right = alternatives(second, false, facts);
  return !somePossible(left && right && bothOf(left, right), facts);
}

/** A sample that fulfils the condition, where there is one and the condition hasn't too many alternatives. */
export function exampleOf(condition: ConditionIr, facts: Facts): Example | undefined {
  for (const demands of alternatives(condition, true, facts) ?? []) {
    const example = fulfilling(demands, facts);
    if (example !== undefined) return example;
  }
  return undefined;
}

function somePossible(found: Demand[][] | undefined, facts: Facts): boolean {
  return found === undefined || found.some((demands) => fulfilling(demands, facts) !== undefined);
}

/** A condition, or its opposite, as alternatives; absent when there are too many. */
function alternatives(condition: ConditionIr, wanted: boolean, facts: Facts): Demand[][] | undefined {
  switch (condition.kind) {
    case "above":
    case "below": {
      const { components: share, threshold, orEqual } = condition;
      const strict = orEqual !== wanted;
      return (condition.kind === "above") === wanted
        ? [[{ kind: "more", share, than: [], by: threshold, strict }]]
        : [[{ kind: "less", share, value: threshold, strict }]];
    }
    case "dominates": {
      const own = condition.components;
      const others = facts.components.map(({ id }) => id).filter((id) => !own.includes(id));
      if (!wanted)
        return others.map((id) => [{ kind: "more", share: [id], than: own, by: 0, strict: false } as const]);
      return [others.map((id) => ({ kind: "more", share: own, than: [id], by: 0, strict: true }) as const)];
    }
    case "missing":
      return [[{ kind: "missing", modality: condition.modality, is: wanted }]];
    case "not":
      return alternatives(condition.operand, !wanted, facts);
    case "and":
    case "or": {
      const left = alternatives(condition.left, wanted, facts);
      const right = alternatives(condition.right, wanted, facts);
      if (left === undefined || right === undefined) return undefined;
      if ((condition.kind === "and") === wanted) return bothOf(left, right);
      return left.length + right.length > mostAlternatives ? undefined : [...left, ...right];
    }
  }
}

function bothOf(left: readonly Demand[][], right: readonly Demand[][]): Demand[][] | undefined {
  if (left.length * right.length > mostAlternatives) return undefined;
  return left.flatMap((one) => right.map((other) => [...one, ...other]));
}

/** A sample that fulfils all demands, where there is one. */
function fulfilling(demands: readonly Demand[], { components, optional }: Facts): Example | undefined {
  const missing = new Map<string, boolean>();
  const halfspaces: Halfspace[] = [];
  for (const demand of demands) {
    if (demand.kind === "missing") {
      const { modality, is } = demand;
      if ((missing.get(modality) ?? is) !== is || (is && optional?.has(modality) === false)) return undefined;
      missing.set(modality, is);
      continue;
    }
    const has = (names: readonly string[], id: string) => Number(names.includes(id));
    // As the shares add up to 1, a number is the number times all shares.
    const coefficients = components.map(({ id }) =>
      demand.kind === "more"
        ? has(demand.share, id) - has(demand.than, id) - demand.by
        : demand.value - has(demand.share, id),
    );
    halfspaces.push({ coefficients, strict: demand.strict });
  }
  const point = pointWithin(halfspaces, components.length);
  return (
    point && {
      shares: Object.fromEntries(components.map(({ id }, i) => [id, point[i] as number])),
      missing: [...missing].filter(([, is]) => is).map(([modality]) => modality),
    }
  );
}
