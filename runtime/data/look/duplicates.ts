import { createHash } from "node:crypto";
import { Random } from "../random.js";
import { widthOf } from "./columns.js";
import type { InputColumn, LookInput, LookTarget } from "./input.js";

/** Samples whose inputs are the same. */
export interface Duplicates {
  /** Samples that have the same inputs as an earlier one. */
  copies: number;
  /** Samples of a part that are in another part, too: the later part's are counted. */
  across: { parts: [string, string]; samples: number; rows: [number, number] }[];
  /** Samples that have the same inputs as another one, and another answer. */
  contradictory: number;
  contradiction?: [number, number];
  /** Samples of a part that nearly are in another one, at least: values differ by 2 % of their deviation at most, in the mean. */
  near: Duplicates["across"];
}

export function findDuplicates(input: LookInput): Duplicates {
  const columns = input.columns.filter(({ role }) => role === "input");
  const found: Duplicates = { copies: 0, across: [], contradictory: 0, near: [] };
  if (columns.length === 0) return found;
  const groups = grouped(input.size, hashesOf(columns, input.size));
  for (const rows of groups) {
    found.copies += rows.length - 1;
    const other = rows.find((row) => !sameAnswer(input.target, rows[0] as number, row));
    if (other === undefined) continue;
    found.contradictory += rows.length;
    found.contradiction ??= [rows[0] as number, other];
  }
  const partOf = new Int32Array(input.size).fill(-1);
  input.parts.forEach(({ rows }, p) => rows.forEach((row) => (partOf[row] = p)));
  found.across = acrossParts(groups, partOf, input);
  const exact = new Set(groups.flat());
  const near = nearGroups(columns, input.size).map((rows) => rows.filter((row) => !exact.has(row)));
  found.near = acrossParts(near, partOf, input);
  return found;
}

/** Groups of two rows and more that have the same key. */
function grouped(size: number, keyOf: (row: number) => string | undefined): number[][] {
  const groups = new Map<string, number[]>();
  for (let row = 0; row < size; row++) {
    const key = keyOf(row);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

function hashesOf(columns: readonly InputColumn[], size: number): (row: number) => string | undefined {
  const parts = columns.map((column) => {
    const width = widthOf(column);
    const values = column.numbers && new Float64Array(width);
    const bytes = values && new Uint8Array(values.buffer);
    return (row: number): { bytes: Uint8Array | string; missing: boolean } => {
      if (values === undefined || bytes === undefined) {
        const text = column.texts?.[row];
        return { bytes: JSON.stringify(text ?? null), missing: text === null };
      }
      for (let j = 0; j < width; j++) values[j] = (column.numbers?.[row * width + j] as number) + 0;
      return { bytes, missing: values.every(Number.isNaN) };
    };
  });
  return (row) => {
    if (row >= size) return undefined;
    const hash = createHash("sha1");
    let lacking = true;
    for (const part of parts) {
      const { bytes, missing } = part(row);
      lacking &&= missing;
      hash.update(bytes);
    }
    return lacking ? undefined : hash.digest("base64");
  };
}

function sameAnswer(target: LookTarget | undefined, a: number, b: number): boolean {
  if (target === undefined) return true;
  const { labels, values, outputs } = target;
  if (labels !== undefined) return labels[a] === labels[b];
  const width = outputs.length;
  return outputs.every((_, k) => values?.[a * width + k] === values?.[b * width + k]);
}

function acrossParts(
  groups: readonly (readonly number[])[],
  partOf: Int32Array,
  { parts }: LookInput,
): Duplicates["across"] {
  const found: Duplicates["across"] = [];
  parts.forEach((first, p) =>
    parts.slice(p + 1).forEach((second, q) => {
      let samples = 0;
      let rows: [number, number] | undefined;
      for (const group of groups) {
        const earlier = group.find((row) => partOf[row] === p);
        const later = group.filter((row) => partOf[row] === p + 1 + q);
        if (earlier === undefined || later.length === 0) continue;
        samples += later.length;
        rows ??= [earlier, later[0] as number];
      }
      if (rows !== undefined) found.push({ parts: [first.name, second.name], samples, rows });
    }),
  );
  return found;
}

/** Samples of fewer values are near one another by chance; of more values in all, looking takes too long. */
const leastValues = 8;
const mostValues = 50_000_000;
const directions = 16;

/**
 * Samples that lie in the same cell of a grid along random directions (Charikar, STOC 2002; Datar et al., SCG 2004), and are near the cell's first one.
 * Two grids, one shifted by half a cell.
 */
function nearGroups(columns: readonly InputColumn[], size: number): number[][] {
  const numeric = columns.filter(({ numbers }) => numbers !== undefined);
  const width = numeric.reduce((sum, column) => sum + widthOf(column), 0);
  if (width < leastValues || width * size > mostValues || numeric.length < columns.length) return [];
  const values = standardised(numeric, size, width);
  const random = new Random(1).fork("near");
  const signs = Array.from({ length: directions * width }, () => (random.uniform() < 0.5 ? -1 : 1));
  const projected = new Float64Array(size * directions);
  for (let i = 0; i < size; i++)
    for (let d = 0; d < directions; d++) {
      let sum = 0;
      for (let j = 0; j < width; j++)
        sum += (signs[d * width + j] as number) * (values[i * width + j] as number);
      projected[i * directions + d] = sum;
    }
  const scale = Math.sqrt(projected.reduce((sum, value) => sum + value * value, 0) / projected.length) * 0.1;
  if (!(scale > 0)) return [];
  const near = new Map<number, number[]>();
  for (const shift of [0, 0.5]) {
    const cell = (row: number) => {
      let key = "";
      for (let d = 0; d < directions; d++)
        key += `${Math.floor((projected[row * directions + d] as number) / scale + shift)},`;
      return key;
    };
    for (const [first = 0, ...rows] of grouped(size, cell)) {
      const close = rows.filter((row) => distance(values, width, first, row) < 0.02);
      if (close.length > 0) near.set(first, [...new Set([...(near.get(first) ?? [first]), ...close])]);
    }
  }
  return [...near.values()];
}

/** Root of the mean squared difference of two samples. */
function distance(values: Float32Array, width: number, a: number, b: number): number {
  let sum = 0;
  for (let j = 0; j < width; j++)
    sum += ((values[a * width + j] as number) - (values[b * width + j] as number)) ** 2;
  return Math.sqrt(sum / width);
}

/** All numbers side by side in units of their deviation; what is missing, infinite or never varies is 0. */
function standardised(columns: readonly InputColumn[], size: number, width: number): Float32Array {
  const values = new Float32Array(size * width);
  let at = 0;
  for (const column of columns) {
    const own = widthOf(column);
    for (let j = 0; j < own; j++) {
      const of = (i: number) => column.numbers?.[i * own + j] as number;
      let [count, sum, squares] = [0, 0, 0];
      for (let i = 0; i < size; i++) if (Number.isFinite(of(i))) [count, sum] = [count + 1, sum + of(i)];
      const mean = sum / count;
      for (let i = 0; i < size; i++) if (Number.isFinite(of(i))) squares += (of(i) - mean) ** 2;
      const deviation = Math.sqrt(squares / count);
      if (!(deviation > 0)) continue;
      for (let i = 0; i < size; i++)
        if (Number.isFinite(of(i))) values[i * width + at + j] = (of(i) - mean) / deviation;
    }
    at += own;
  }
  return values;
}
