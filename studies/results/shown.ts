import type { Estimate } from "./statistics.js";

/** ".997 ± .003"; a dash for what isn't known. */
export function shown(value: Estimate | undefined): string {
  if (value === undefined) return "–";
  return Number.isNaN(value.half) ? digits(value.mean) : `${digits(value.mean)} ± ${digits(value.half)}`;
}

/** 0.1234 -> ".123" */
export function digits(value: number): string {
  return value.toFixed(3).replace(/^(-?)0\./, "$1.");
}
