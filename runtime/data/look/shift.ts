import { evenly, featuresOf, type Feature } from "./features.js";
import type { LookInput } from "./input.js";

/** A column that isn't distributed in the test part as in the training part. */
export interface Shift {
  column: string;
  /** Of its features, those that differ, and the one that does most. */
  features: number;
  feature: string;
  /** The largest difference of the two distribution functions; of names, half the sum of the differences of their shares. */
  distance: number;
}

const mostRows = 5000;
const leastRows = 20;
/** Smaller differences don't matter, however sure they are. */
const leastDistance = 0.1;
/** That any of the features seems to differ by chance. */
const chance = 1e-3;

/** Compares the training and the test part, feature by feature. */
export function findShifts({ columns, parts }: LookInput): Shift[] {
  const [train, test] = ["train", "test"].map((name) => parts.find((part) => part.name === name));
  if (train === undefined || test === undefined) return [];
  const [a, b] = [train, test].map(({ rows }) => evenly([...rows], mostRows)) as [number[], number[]];
  const features = featuresOf(columns.filter(({ role }) => role === "input"));
  const found = new Map<string, Shift>();
  for (const feature of features) {
    const { distance, p } = compare(feature, a, b);
    if (!(distance >= leastDistance && p < chance / features.length)) continue;
    const column = feature.column.name;
    const before = found.get(column);
    const worst =
      before === undefined || distance > before.distance ? { feature: feature.text, distance } : before;
    found.set(column, {
      column,
      features: (before?.features ?? 0) + 1,
      feature: worst.feature,
      distance: worst.distance,
    });
  }
  return [...found.values()].sort((a, b) => b.distance - a.distance);
}

function compare(feature: Feature, a: readonly number[], b: readonly number[]) {
  if (feature.column.numbers === undefined) return compareNames(feature, a, b);
  const numbers = (rows: readonly number[]) =>
    Float64Array.from(rows, (row) => feature.of(row) as number)
      .filter(Number.isFinite)
      .sort();
  return smirnov(numbers(a), numbers(b));
}

/**
 * The two-sample test of Kolmogorov and Smirnov; p by the asymptotic distribution with Stephens' correction (Press et al., Numerical Recipes, 14.3).
 * @param a sorted
 * @param b sorted
 */
export function smirnov(a: Float64Array, b: Float64Array): { distance: number; p: number } {
  const [n, m] = [a.length, b.length];
  if (n < leastRows || m < leastRows) return { distance: 0, p: 1 };
  let [i, j, distance] = [0, 0, 0];
  while (i < n && j < m) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < n && a[i] === value) i++;
    while (j < m && b[j] === value) j++;
    distance = Math.max(distance, Math.abs(i / n - j / m));
  }
  const root = Math.sqrt((n * m) / (n + m));
  const lambda = (root + 0.12 + 0.11 / root) * distance;
  if (lambda < 0.3) return { distance, p: 1 };
  let p = 0;
  for (let k = 1; k <= 100; k++) p += 2 * (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * (k * lambda) ** 2);
  return { distance, p: Math.min(1, Math.max(0, p)) };
}

/** Pearson's chi-squared test of names; rare ones count together. p by Wilson and Hilferty (1931). */
function compareNames(feature: Feature, a: readonly number[], b: readonly number[]) {
  const counts = new Map<string, [number, number]>();
  [a, b].forEach((rows, side) => {
    for (const row of rows) {
      const name = feature.of(row) as string | null;
      if (name === null) continue;
      const own = counts.get(name) ?? [0, 0];
      own[side as 0 | 1]++;
      counts.set(name, own);
    }
  });
  return chiSquared([...counts.values()]);
}

/** @param counts of each kind, in two samples */
export function chiSquared(counts: readonly (readonly [number, number])[]): { distance: number; p: number } {
  const sums = counts.reduce(([n, m], [a, b]) => [n + a, m + b] as [number, number], [0, 0] as [
    number,
    number,
  ]);
  const [n, m] = sums;
  if (n < leastRows || m < leastRows) return { distance: 0, p: 1 };
  const rare = ([a, b]: readonly [number, number]) => ((a + b) * Math.min(n, m)) / (n + m) < 5;
  const few = counts
    .filter(rare)
    .reduce(([a, b], [c, d]) => [a + c, b + d] as [number, number], [0, 0] as [number, number]);
  const kinds = [...counts.filter((pair) => !rare(pair)), ...(few[0] + few[1] > 0 ? [few] : [])];
  const degrees = kinds.length - 1;
  if (degrees < 1) return { distance: 0, p: 1 };
  let [statistic, distance] = [0, 0];
  for (const [a, b] of kinds) {
    distance += Math.abs(a / n - b / m) / 2;
    const expected = [((a + b) * n) / (n + m), ((a + b) * m) / (n + m)] as const;
    statistic += (a - expected[0]) ** 2 / expected[0] + (b - expected[1]) ** 2 / expected[1];
  }
  const spread = 2 / (9 * degrees);
  return { distance, p: upperNormal((Math.cbrt(statistic / degrees) - (1 - spread)) / Math.sqrt(spread)) };
}

/** P(Z > z) of the standard normal (Abramowitz and Stegun 1964, 26.2.17). */
function upperNormal(z: number): number {
  if (z < 0) return 1 - upperNormal(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const sum =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}
