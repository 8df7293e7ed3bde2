import { Random } from "../random.js";
import { evenly, featuresOf, type Feature } from "./features.js";
import type { LookInput, LookTarget } from "./input.js";

/** A feature that tells the answer by itself. */
export interface Leak {
  column: string;
  feature: string;
  /** The class, the label or the number that it tells. */
  of: string;
  /** Accuracy on samples that its rule wasn't made of, and that of always saying the most frequent class; or R² of a number. */
  accuracy?: number;
  majority?: number;
  r2?: number;
}

/** Rows that features are judged by. */
const mostRows = 20_000;
/** With fewer a rule is right by chance. */
const leastRows = 30;
/** Of the distance between the most frequent class and certainty, what a leak closes; and its share of explained variance. */
const tells = 0.9;
const explains = 0.98;
const mostBins = 32;

/** Features whose bins tell the answer nearly perfectly, by cross-validation in two halves; of each column the one that tells most. */
export function findLeaks({ columns, target, size }: LookInput): Leak[] {
  if (target === undefined) return [];
  const rows = evenly(labelled(target, size), mostRows);
  if (rows.length < leastRows) return [];
  new Random(1).fork("leaks").shuffle(rows);
  const middle = Math.floor(rows.length / 2);
  const halves: Halves = [rows.slice(0, middle), rows.slice(middle)];
  const questions = questionsOf(target, rows);
  const best = new Map<string, { leak: Leak; score: number }>();
  for (const feature of featuresOf(columns.filter(({ role }) => role === "input")))
    for (const { of, classes, answer, majority = 1 } of questions) {
      const column = feature.column.name;
      const keep = (score: number, least: number, found: Partial<Leak>) => {
        if (!(score >= least) || score <= (best.get(column)?.score ?? -1)) return;
        best.set(column, { score, leak: { column, feature: feature.text, of, ...found } });
      };
      if (classes === undefined) {
        const r2 = explained(feature, answer, halves);
        keep(r2, explains, { r2 });
      } else {
        const accuracy = guessed(feature, answer, classes, halves);
        if (majority < 1) keep((accuracy - majority) / (1 - majority), tells, { accuracy, majority });
      }
    }
  return [...best.values()].sort((a, b) => b.score - a.score).map(({ leak }) => leak);
}

interface Question {
  of: string;
  /** How many, and the share of the most frequent one; absent of a number. */
  classes?: number;
  majority?: number;
  answer(row: number): number;
}

type Halves = readonly [readonly number[], readonly number[]];

function labelled({ labels }: LookTarget, size: number): number[] {
  return Array.from({ length: size }, (_, i) => i).filter(
    (i) => labels === undefined || (labels[i] as number) >= 0,
  );
}

function questionsOf(
  { name, kind, outputs, labels, values }: LookTarget,
  rows: readonly number[],
): Question[] {
  const classed = (of: string, classes: number, answer: Question["answer"]): Question => {
    const counts = new Float64Array(classes);
    for (const row of rows) counts[answer(row)] = (counts[answer(row)] as number) + 1;
    return { of, classes, answer, majority: Math.max(...counts) / rows.length };
  };
  if (labels !== undefined) return [classed(name, outputs.length, (row) => labels[row] as number)];
  const width = outputs.length;
  if (values === undefined || values.length < width * rows.length) return [];
  return outputs.map((output, k) => {
    const answer = (row: number) => values[row * width + k] as number;
    return kind === "multilabel" ? classed(output, 2, answer) : { of: output, answer };
  });
}

/** Which bin a value falls into: those of few different values have one each, others are cut at their quantiles. */
function binsOf(feature: Feature, rows: readonly number[]): (row: number) => number {
  const values = rows.map((row) => feature.of(row));
  const numbers = values.filter(
    (value): value is number => typeof value === "number" && Number.isFinite(value),
  );
  const different = new Map<number | string | null, number>();
  for (const value of values) if (!different.has(value)) different.set(value, different.size);
  // A map takes NaN for a key.
  if (numbers.length === 0 || different.size <= 2 * mostBins)
    return (row) => different.get(feature.of(row)) ?? -1;
  numbers.sort((a, b) => a - b);
  const cuts = Array.from(
    { length: mostBins - 1 },
    (_, b) => numbers[Math.floor(((b + 1) * numbers.length) / mostBins)] as number,
  );
  return (row) => {
    const value = feature.of(row) as number;
    if (Number.isNaN(value)) return mostBins;
    let [low, high] = [0, cuts.length];
    while (low < high) {
      const half = (low + high) >> 1;
      if (value < (cuts[half] as number)) high = half;
      else low = half + 1;
    }
    return low;
  };
}

/** How often the most frequent class of a feature's bin is right, in halves that it wasn't counted in. */
function guessed(
  feature: Feature,
  answer: Question["answer"],
  classes: number,
  [one, other]: Halves,
): number {
  let right = 0;
  for (const [learned, judged] of [
    [one, other],
    [other, one],
  ] as const) {
    const bin = binsOf(feature, learned);
    const counts = new Map<number, Float64Array>();
    const all = new Float64Array(classes);
    for (const row of learned) {
      const at = bin(row);
      let own = counts.get(at);
      if (own === undefined) counts.set(at, (own = new Float64Array(classes)));
      const label = answer(row);
      own[label] = (own[label] as number) + 1;
      all[label] = (all[label] as number) + 1;
    }
    const largest = (of: Float64Array) => of.indexOf(Math.max(...of));
    const usual = largest(all);
    const guesses = new Map([...counts].map(([at, own]) => [at, largest(own)]));
    for (const row of judged) {
      if ((guesses.get(bin(row)) ?? usual) === answer(row)) right++;
    }
  }
  return right / (one.length + other.length);
}

/** R² of the mean of a feature's bin, on halves that it wasn't taken of. */
function explained(feature: Feature, answer: Question["answer"], [one, other]: Halves): number {
  let [rest, total] = [0, 0];
  for (const [learned, judged] of [
    [one, other],
    [other, one],
  ] as const) {
    const bin = binsOf(feature, learned);
    const sums = new Map<number, { count: number; sum: number }>();
    let all = 0;
    for (const row of learned) {
      const own = sums.get(bin(row)) ?? { count: 0, sum: 0 };
      sums.set(bin(row), { count: own.count + 1, sum: own.sum + answer(row) });
      all += answer(row);
    }
    const mean = all / learned.length;
    for (const row of judged) {
      const own = sums.get(bin(row));
      rest += (answer(row) - (own === undefined ? mean : own.sum / own.count)) ** 2;
      total += (answer(row) - mean) ** 2;
    }
  }
  return total > 0 ? 1 - rest / total : 0;
}
