import { SweepProblem } from "./problem.js";

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/** `--budget 10m`, `1h30m`, `90s`. @returns milliseconds @throws SweepProblem */
export function readBudget(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([smhd])/g)];
  const seconds = parts.reduce(
    (sum, [, number, unit]) => sum + Number(number) * (units[unit as string] as number),
    0,
  );
  if (!(seconds > 0) || parts.map(([all]) => all).join("") !== text.trim().replace(/(?<=[smhd])\s+/g, ""))
    throw new SweepProblem(`--budget wants a time, as in 10m, 1h30m or 90s, not ${text}.`);
  return 1000 * seconds;
}
