import type { NumberLiteral } from "../../grammar/syntax.js";
import type { Checker } from "./checker.js";

/** @returns 1 when there is none, or it is wrong, which has then been reported */
export function checkSeed(seed: NumberLiteral | undefined, call: string, checker: Checker): number {
  if (seed === undefined) return 1;
  if (Number.isSafeInteger(seed.value) && seed.value >= 0) return seed.value;
  const wanted = "a whole number from 0 up";
  checker.report("wrongValue", seed.span, { call, name: "seed", wanted, found: checker.text(seed.span) });
  return 1;
}
