import type { Range } from "../../grammar/syntax.js";

/** Ends that are nearer than this share of a step count as reached: 0.1..0.3 step 0.1 has 0.3. */
const slack = 1e-9;
/** Digits that the numbers of a range are rounded to, so that 3 times 0.1 is 0.3. */
const digits = 12;

export type RangeProblem = "empty" | "step" | "factor" | "long";

/** How many numbers a range has, or what is wrong with it. */
export function rangeSize({ from, to, step, multiplies }: Range): number | RangeProblem {
  const by = step?.value ?? 1;
  if (multiplies && (by <= 1 || from.value <= 0)) return "factor";
  if (!multiplies && by <= 0) return "step";
  const steps = multiplies ? Math.log(to.value / from.value) / Math.log(by) : (to.value - from.value) / by;
  if (to.value < from.value) return "empty";
  const size = Math.floor(steps + slack) + 1;
  return size <= Number.MAX_SAFE_INTEGER ? size : "long";
}

/** The k-th number of a range, counted from 0. */
export function rangeNumber({ from, step, multiplies }: Range, k: number): number {
  const by = step?.value ?? 1;
  const value = multiplies ? from.value * by ** k : from.value + k * by;
  return Number(value.toPrecision(digits));
}

/** Which number of a range is nearest to a value; nothing when none can be it. */
export function placeInRange(range: Range, value: number): number | undefined {
  const { from, step, multiplies } = range;
  const by = step?.value ?? 1;
  const k = Math.round(multiplies ? Math.log(value / from.value) / Math.log(by) : (value - from.value) / by);
  const size = rangeSize(range);
  return typeof size === "number" && k >= 0 && k < size ? k : undefined;
}
