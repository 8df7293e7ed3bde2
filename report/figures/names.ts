import type { Atom, PidItem, ReportContent } from "../content.js";

/** What an atom is called beside its colour. */
export function atomName(atom: Atom, modalities: readonly string[]): string {
  const [a = "the first", b = "the second"] = modalities;
  return { r: "redundancy", u1: `unique to ${a}`, u2: `unique to ${b}`, s: "synergy" }[atom];
}

/** The atom that a share of the gate stands for, for a pair of modalities. */
export function atomOf(
  component: ReportContent["components"][number],
  { modalities }: PidItem,
): Atom | undefined {
  const [a, b] = modalities;
  const pair =
    component.modalities.length === 2 && component.modalities.every((name) => name === a || name === b);
  if (component.interaction === "redundant" && pair) return "r";
  if (component.interaction === "synergistic" && pair) return "s";
  if (component.interaction !== "unique") return undefined;
  return component.modalities[0] === a ? "u1" : component.modalities[0] === b ? "u2" : undefined;
}

/** 0.1234 -> "0.123", with a true minus sign. */
export function fixed(value: number, digits = 3): string {
  // What is not a number is null in JSON.
  if (!Number.isFinite(value)) return "–";
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** 0.975 -> "97.5 %" */
export function percent(value: number, digits = 1): string {
  return !Number.isFinite(value) ? "–" : `${fixed(100 * value, digits)} %`;
}
