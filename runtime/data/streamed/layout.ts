import type { DataColumns } from "../load.js";
import { size } from "../size.js";
import { encodingOf } from "../transforms/coder.js";

/** How samples lie in a cache: blocks of so many rows, of which each has the rows of one modality after those of another, as float32. */
export interface Layout {
  rows: number;
  /** Of a block; the last one may have fewer. */
  blockRows: number;
  modalities: readonly { name: string; shape: readonly number[]; width: number }[];
}

/** Bytes of a block, about: large enough to be read fast, small enough for many of them to be mixed. */
const blockBytes = 2 ** 20;
const mostRows = 2 ** 16;

/** The modalities whose columns have names or texts come last: their values are in a file of their own. */
export function layoutOf({ modalities }: DataColumns, rows = 0): Layout {
  const all = Object.entries(modalities);
  const coded = all.filter(([, binding]) => encodingOf(binding) !== undefined);
  const own = [...all.filter((each) => !coded.includes(each)), ...coded].map(([name, { shape }]) => ({
    name,
    shape: [...shape],
    width: size(shape),
  }));
  const layout = { rows, blockRows: 1, modalities: own };
  const blockRows = Math.max(1, Math.min(mostRows, Math.floor(blockBytes / rowBytes(layout))));
  return { ...layout, blockRows };
}

/** The same with some modalities alone. */
export function layoutWith(layout: Layout, has: (name: string) => boolean): Layout {
  return { ...layout, modalities: layout.modalities.filter(({ name }) => has(name)) };
}

/** Values of a row. */
export function rowValues({ modalities }: Layout): number {
  return modalities.reduce((sum, { width }) => sum + width, 0);
}

export function rowBytes(layout: Layout): number {
  return 4 * rowValues(layout);
}

export function blockCount({ rows, blockRows }: Layout): number {
  return Math.ceil(rows / blockRows);
}

export function rowsOfBlock({ rows, blockRows }: Layout, block: number): number {
  return Math.min(blockRows, rows - block * blockRows);
}

/** Where a block lies in the file. */
export function placeOf(layout: Layout, block: number): { at: number; bytes: number } {
  const each = rowBytes(layout);
  return { at: block * layout.blockRows * each, bytes: rowsOfBlock(layout, block) * each };
}

/** The values of one modality in a block, no copies. @param values of the block */
export function modalityOf(values: Float32Array, layout: Layout, rows: number): Record<string, Float32Array> {
  let at = 0;
  const found: Record<string, Float32Array> = {};
  for (const { name, width } of layout.modalities) {
    found[name] = values.subarray(at, at + rows * width);
    at += rows * width;
  }
  return found;
}
