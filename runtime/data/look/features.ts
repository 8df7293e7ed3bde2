import { widthOf } from "./columns.js";
import type { InputColumn } from "./input.js";

/** One number or name of each sample. */
export interface Feature {
  column: InputColumn;
  /** Position in a column of several numbers. */
  at?: number;
  /** `"age"`, `"pixels"[12]` */
  text: string;
  /** @returns NaN or null where it is missing */
  of(row: number): number | string | null;
}

/** Features of all columns together that are looked at one by one. */
const mostFeatures = 2000;

/** The features of columns; of very many, some that lie evenly. */
export function featuresOf(columns: readonly InputColumn[]): Feature[] {
  const features = columns.flatMap((column): Feature[] => {
    const { name, numbers, texts } = column;
    if (numbers === undefined) return [{ column, text: `"${name}"`, of: (row) => texts?.[row] ?? null }];
    const width = widthOf(column);
    return Array.from({ length: width }, (_, at) => ({
      column,
      ...(width > 1 && { at }),
      text: width > 1 ? `"${name}"[${at}]` : `"${name}"`,
      of: (row) => numbers[row * width + at] as number,
    }));
  });
  return evenly(features, mostFeatures);
}

/** So many of a list, at most, that lie evenly in it. */
export function evenly<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.floor((i * list.length) / most)] as T);
}
