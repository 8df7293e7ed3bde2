import type { InputColumn } from "./input.js";
import { size } from "../size.js";

/** What one column holds. */
export interface ColumnLook {
  name: string;
  feeds?: string;
  role: InputColumn["role"];
  kind: "numbers" | "names";
  shape: readonly number[];
  /** Samples that lack it. */
  missing: number;
  numbers?: NumbersLook;
  names?: { different: number; most: { name: string; count: number }[] };
}

export interface NumbersLook {
  /** Of all finite values. */
  least: number;
  greatest: number;
  mean: number;
  deviation: number;
  /** Values that are infinite, and of samples that have the rest those that are NaN. */
  infinite: number;
  partly: number;
  /** Features that are the same in all samples. */
  constant: number;
  /** Values further from the middle half of their feature than ten times its width. */
  outliers: number;
  whole: boolean;
  /** Of single numbers. */
  different?: number;
  /** How many values lie in each of equal steps from `least` to `greatest`. */
  histogram: number[];
}

const bins = 24;
const shownNames = 12;
/** Columns of more features aren't searched for outliers: a picture's pixels have them. */
const mostFeatures = 64;

export const widthOf = ({ shape }: Pick<InputColumn, "shape">) => size(shape);

export function lookAtColumn(column: InputColumn, size: number): ColumnLook {
  const { name, feeds, role, shape, numbers, texts } = column;
  const about = { name, ...(feeds !== undefined && { feeds }), role, shape };
  if (numbers === undefined) {
    const counts = countsOf(texts ?? []);
    const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, shownNames);
    return {
      ...about,
      kind: "names",
      missing: (texts ?? []).reduce((sum, text) => sum + (text === null ? 1 : 0), 0),
      names: { different: counts.size, most: most.map(([name, count]) => ({ name, count })) },
    };
  }
  return { ...about, kind: "numbers", ...lookAtNumbers(numbers, size, widthOf(column)) };
}

export function countsOf(texts: readonly (string | null)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function lookAtNumbers(
  values: ArrayLike<number>,
  size: number,
  width: number,
): Pick<ColumnLook, "missing" | "numbers"> {
  const [lows, highs] = [new Float64Array(width).fill(Infinity), new Float64Array(width).fill(-Infinity)];
  let [missing, partly, infinite, count, sum, whole] = [0, 0, 0, 0, 0, true];
  for (let i = 0; i < size; i++) {
    let lacking = 0;
    for (let j = 0; j < width; j++) {
      const value = values[i * width + j] as number;
      if (Number.isNaN(value)) lacking++;
      else if (!Number.isFinite(value)) infinite++;
      else {
        if (value < (lows[j] as number)) lows[j] = value;
        if (value > (highs[j] as number)) highs[j] = value;
        whole &&= Number.isInteger(value);
        sum += value;
        count++;
      }
    }
    if (lacking === width) missing++;
    else partly += lacking;
  }
  if (count === 0) return { missing, numbers: { ...nothing, infinite, partly } };
  const mean = sum / count;
  const least = lows.reduce((a, b) => Math.min(a, b));
  const greatest = highs.reduce((a, b) => Math.max(a, b));
  const histogram = new Array<number>(bins).fill(0);
  let squares = 0;
  for (let k = 0; k < size * width; k++) {
    const value = values[k] as number;
    if (!Number.isFinite(value)) continue;
    squares += (value - mean) ** 2;
    const bin = Math.min(bins - 1, Math.floor(((value - least) / (greatest - least || 1)) * bins));
    histogram[bin] = (histogram[bin] as number) + 1;
  }
  return {
    missing,
    numbers: {
      ...{ least, greatest, mean, deviation: Math.sqrt(squares / count), infinite, partly, whole, histogram },
      constant: lows.reduce((sum, low, j) => sum + (low === highs[j] ? 1 : 0), 0),
      outliers: outliersOf(values, size, width),
      ...(width === 1 && { different: new Set(Array.from(values).filter(Number.isFinite)).size }),
    },
  };
}

const nothing: NumbersLook = {
  ...{ least: NaN, greatest: NaN, mean: NaN, deviation: NaN, infinite: 0, partly: 0 },
  ...{ constant: 0, outliers: 0, whole: false, histogram: [] },
};

function outliersOf(values: ArrayLike<number>, size: number, width: number): number {
  if (width > mostFeatures) return 0;
  let count = 0;
  for (let j = 0; j < width; j++) {
    const own = Float64Array.from({ length: size }, (_, i) => values[i * width + j] as number)
      .filter(Number.isFinite)
      .sort();
    if (own.length < 20) continue;
    const [low, high] = [0.25, 0.75].map((q) => own[Math.floor(q * (own.length - 1))] as number) as [
      number,
      number,
    ];
    const reach = 10 * (high - low);
    if (reach > 0) count += own.filter((value) => value < low - reach || value > high + reach).length;
  }
  return count;
}
