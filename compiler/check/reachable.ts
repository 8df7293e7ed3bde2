import type { ComponentIr, ConditionIr } from "../ir.js";

/** What a condition asks for, when it is written as alternatives of which each asks for several of these. */
type Demand =
  | { kind: "at least" | "at most"; of: string; value: number; open: boolean }
  | { kind: "more"; larger: string; smaller: string; strict: boolean }
  | { kind: "missing"; modality: string; is: boolean };

type Components = readonly Pick<ComponentIr, "id" | "interaction">[];

/** Conditions of more alternatives aren't reasoned about: they count as possible. */
const mostAlternatives = 200;
/** Rounds of narrowing; to stop early only leaves intervals wider. */
const mostRounds = 30;
/** Numbers that are nearer to each other are the same: 0.1 + 0.2 is 0.3. */
const same = 1e-9;

/** False when no shares that lie in [0, 1] and add up to 1 fulfil the condition; true also where that can't be told. */
export function canHold(condition: ConditionIr, components: Components): boolean {
  return somePossible(alternatives(condition, true, components), components);
}

/** True when all shares fulfil the condition. */
export function alwaysHolds(condition: ConditionIr, components: Components): boolean {
  return !somePossible(alternatives(condition, false, components), components);
}

/** True when all shares that fulfil the first condition fulfil the second. */
export function implies(first: ConditionIr, second: ConditionIr, components: Components): boolean {
  const left = alternatives(first, true, components);
  const right = alternatives(second, false, components);
  return !somePossible(left && right && bothOf(left, right), components);
}

function somePossible(found: Demand[][] | undefined, components: Components): boolean {
  return found === undefined || found.some((demands) => possible(demands, components));
}

/** A share of several components is that of all of one kind; its name is the kind's. */
function shareOf(ids: readonly string[], components: Components): string {
  const [only = ""] = ids;
  if (ids.length === 1) return only;
  return components.find(({ id }) => id === only)?.interaction ?? only;
}

/** A condition, or its opposite, as alternatives; absent when there are too many. */
function alternatives(
  condition: ConditionIr,
  wanted: boolean,
  components: Components,
): Demand[][] | undefined {
  switch (condition.kind) {
    case "above":
    case "below": {
      const { threshold: value, orEqual } = condition;
      const kind = (condition.kind === "above") === wanted ? "at least" : "at most";
      return [[{ kind, of: shareOf(condition.components, components), value, open: orEqual !== wanted }]];
    }
    case "dominates": {
      const own = shareOf(condition.components, components);
      const others = components.map(({ id }) => id).filter((id) => !condition.components.includes(id));
      if (!wanted)
        return others.map((larger) => [{ kind: "more", larger, smaller: own, strict: false } as const]);
      if (others.length === 0) return [[]];
      // More than the others' mean.
      const least = { kind: "at least", of: own, value: 1 / (others.length + 1), open: true } as const;
      return [
        [least, ...others.map((smaller) => ({ kind: "more", larger: own, smaller, strict: true }) as const)],
      ];
    }
    case "missing":
      return [[{ kind: "missing", modality: condition.modality, is: wanted }]];
    case "not":
      return alternatives(condition.operand, !wanted, components);
    case "and":
    case "or": {
      const left = alternatives(condition.left, wanted, components);
      const right = alternatives(condition.right, wanted, components);
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

/** Where a share may lie; an open end isn't part of it. */
class Interval {
  private least = { value: 0, open: false };
  private most = { value: 1, open: false };
  changed = false;

  get low() {
    return this.least;
  }

  get high() {
    return this.most;
  }

  raise(value: number, open: boolean): void {
    const { least } = this;
    if (value < least.value - same || (value <= least.value + same && (!open || least.open))) return;
    this.least = { value: Math.max(value, least.value), open };
    this.changed = true;
  }

  lower(value: number, open: boolean): void {
    const { most } = this;
    if (value > most.value + same || (value >= most.value - same && (!open || most.open))) return;
    this.most = { value: Math.min(value, most.value), open };
    this.changed = true;
  }

  get empty(): boolean {
    const room = this.most.value - this.least.value;
    return room < -same || (room <= same && (this.least.open || this.most.open));
  }
}

/**
 * Whether shares may fulfil all demands. The intervals of all shares are narrowed until nothing changes: components add up to their kind,
 * kinds to 1, and what is more than something else lies above it. Without comparisons of shares that decides the question;
 * with them some demands that can't be met are taken for possible, never the other way round.
 */
function possible(demands: readonly Demand[], components: Components): boolean {
  const whole = new Interval();
  whole.raise(1, false);
  const kinds = [...new Set(components.map(({ interaction }) => interaction))];
  const names = [...kinds, ...components.map(({ id }) => id)];
  const intervals = new Map<string, Interval>(names.map((name) => [name, new Interval()]));
  const of = (name: string) => intervals.get(name) as Interval;
  const sums = [
    { sum: whole, parts: kinds.map(of) },
    ...kinds.map((kind) => ({
      sum: of(kind),
      parts: components.filter(({ interaction }) => interaction === kind).map(({ id }) => of(id)),
    })),
  ];
  const comparisons = demands.filter((demand) => demand.kind === "more");
  if (contradicts(demands)) return false;
  for (const demand of demands) {
    if (demand.kind === "at least") of(demand.of).raise(demand.value, demand.open);
    if (demand.kind === "at most") of(demand.of).lower(demand.value, demand.open);
    // Both are parts of 1.
    if (demand.kind === "more") of(demand.smaller).lower(0.5, demand.strict);
  }
  const all = [whole, ...intervals.values()];
  for (let round = 0; round < mostRounds; round++) {
    for (const one of all) one.changed = false;
    for (const { sum, parts } of sums) addUp(sum, parts);
    for (const { larger, smaller, strict } of comparisons) {
      const [above, below] = [of(larger), of(smaller)];
      above.raise(below.low.value, below.low.open || strict);
      below.lower(above.high.value, above.high.open || strict);
    }
    if (all.some(({ empty }) => empty)) return false;
    if (!all.some(({ changed }) => changed)) break;
  }
  return true;
}

/** A modality that is and isn't missing; a share that is more than another and not more. */
function contradicts(demands: readonly Demand[]): boolean {
  const missing = new Map<string, boolean>();
  const more = new Map<string, boolean>();
  for (const demand of demands) {
    if (demand.kind === "missing") {
      const { modality, is } = demand;
      if ((missing.get(modality) ?? is) !== is) return true;
      missing.set(modality, is);
    } else if (demand.kind === "more") {
      const { larger, smaller, strict } = demand;
      const opposite = more.get(`${smaller} ${larger}`);
      if (opposite !== undefined && (opposite || strict)) return true;
      more.set(`${larger} ${smaller}`, strict || more.get(`${larger} ${smaller}`) === true);
    }
  }
  return false;
}

/** Narrows a sum by its parts, and each part by the sum and the others. */
function addUp(sum: Interval, parts: readonly Interval[]): void {
  const total = (ends: readonly { value: number; open: boolean }[]) => ({
    value: ends.reduce((a, { value }) => a + value, 0),
    open: ends.some(({ open }) => open),
  });
  const [low, high] = [total(parts.map((part) => part.low)), total(parts.map((part) => part.high))];
  sum.raise(low.value, low.open);
  sum.lower(high.value, high.open);
  parts.forEach((part) => {
    const others = parts.filter((other) => other !== part);
    const [least, most] = [total(others.map((other) => other.low)), total(others.map((other) => other.high))];
    part.raise(sum.low.value - most.value, sum.low.open || most.open);
    part.lower(sum.high.value - least.value, sum.high.open || least.open);
  });
}
