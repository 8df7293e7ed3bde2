import type { OptionValue, RuntimeCall, Shape } from "../ir.js";

/** Characters that end a line, or turn the direction of what follows, so that code reads as something else than it is (CVE-2021-42574). */
const deceptive = /[\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * A string of the spec as a literal: whatever it holds, it ends where the literal ends, and reads as what it is. A backslash is written by its number, since what lays
 * the code out takes the quote behind two of them for an escaped one.
 */
export function literal(text: string): string {
  return JSON.stringify(text)
    .replace(/\\(.)/g, (escape, c) => (c === "\\" ? "\\u005c" : escape))
    .replace(deceptive, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Text of the spec as part of a comment: it can't end the comment. */
export function commentText(text: string): string {
  return text.replace(deceptive, " ").replace(/\*\//g, "* /");
}

export function value(option: OptionValue): string {
  if (typeof option === "string") return literal(option);
  if (typeof option === "number") return numeral(option);
  if (typeof option === "boolean") return String(option);
  if (isList(option)) return `[${option.map(value).join(", ")}]`;
  return options(option);
}

function isList(option: OptionValue): option is readonly number[] | readonly string[] {
  return Array.isArray(option);
}

/** 0.001 rather than 1e-3, 1e-7 rather than 0.0000001. */
export function numeral(number: number): string {
  return String(number);
}

/** `{ inputs: 64, units: 32 }`; keys that aren't identifiers are quoted. */
export function options(record: Readonly<Record<string, OptionValue>>): string {
  const entries = Object.entries(record).map(([name, option]) => `${key(name)}: ${value(option)}`);
  return `{ ${entries.join(", ")} }`;
}

export function key(name: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name) ? name : literal(name);
}

/** `conv({ channels: 1, filters: 8, kernel: 3 })`; what comes first stands before the options. */
export function call({ name, options: given }: RuntimeCall, ...first: string[]): string {
  return `${name}(${[...first, ...(given === undefined ? [] : [options(given)])].join(", ")})`;
}

/** `[batch, 14, 28, 1]` */
export function batchShape(shape: Shape): string {
  return `[batch, ${shape.join(", ")}]`;
}

/** "a, b and c" */
export function phrase(words: readonly string[]): string {
  if (words.length <= 1) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
