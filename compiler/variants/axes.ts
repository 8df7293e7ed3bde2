import type { Range } from "../../grammar/syntax.js";
import type { Slot } from "./places.js";
import { placeInRange, rangeNumber, rangeSize } from "./ranges.js";

/** One choice of a place. */
export interface Choice {
  /** As a spec spells it, on one line. */
  text: string;
  /** Where it is a number, or a parameter's name. */
  number?: number;
  /** The parameter that it names. */
  param?: string;
  /** The name of what is called, the first of a chain: `dmil`, `joint`. */
  word?: string;
  /** The numbers and words in its parentheses: what tells two calls of one name apart. */
  details?: string;
}

/** A choice that the spec names, or a range of numbers that isn't written out. */
export type Choices = Choice | { range: Range };

/** A place that is varied and all that can stand there. */
export class Axis {
  readonly size: number;
  private readonly starts: number[] = [];

  /** @param path as the spec spells it */
  constructor(
    readonly path: string,
    readonly slot: Slot,
    readonly choices: readonly Choices[],
  ) {
    let size = 0;
    for (const choice of choices) {
      this.starts.push(size);
      const count = "range" in choice ? rangeSize(choice.range) : 1;
      size += typeof count === "number" ? count : 0;
    }
    this.size = size;
  }

  /** The k-th choice, counted from 0. */
  at(k: number): Choice {
    const i = this.starts.findLastIndex((start) => start <= k);
    const choice = this.choices[i] as Choices;
    if (!("range" in choice)) return choice;
    const number = rangeNumber(choice.range, k - (this.starts[i] as number));
    return { text: String(number), number };
  }

  /** Which choice is spelt so. */
  find(text: string): number | undefined {
    for (const [i, choice] of this.choices.entries()) {
      const start = this.starts[i] as number;
      if (!("range" in choice)) {
        if (choice.text === text) return start;
        continue;
      }
      const k = placeInRange(choice.range, Number(text));
      if (k !== undefined && this.at(start + k).text === text) return start + k;
    }
    return undefined;
  }

  /** The choices that the spec names. */
  get named(): Choice[] {
    return this.choices.filter((choice): choice is Choice => !("range" in choice));
  }

  /** True when each choice is a number. */
  get numeric(): boolean {
    return this.choices.every((choice) => "range" in choice || choice.number !== undefined);
  }
}

/** The axes' choices of the k-th combination; the last axis changes fastest. */
export function digitsOf(k: bigint, axes: readonly Axis[]): number[] {
  const digits: number[] = [];
  let rest = k;
  for (const { size } of [...axes].reverse()) {
    digits.unshift(Number(rest % BigInt(size)));
    rest /= BigInt(size);
  }
  return digits;
}

/** Which combination has these choices. */
export function indexOf(digits: readonly number[], axes: readonly Axis[]): bigint {
  return axes.reduce((index, { size }, i) => index * BigInt(size) + BigInt(digits[i] ?? 0), 0n);
}

export function sizeOf(axes: readonly Axis[]): bigint {
  return axes.reduce((size, axis) => size * BigInt(axis.size), 1n);
}
