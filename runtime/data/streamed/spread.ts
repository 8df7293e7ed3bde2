import type { LoadedBlock } from "./first-pass.js";
import type { Layout } from "./layout.js";

/** What stands for a class or a group of a row that is left out. */
export const nothing = -1;

/** A block in which rows that were left out have a place again, with nothing in it, so that rows count on as in the file. @param kept places of the others, of `rows` */
export function spread(block: LoadedBlock, kept: Int32Array, rows: number, layout: Layout): LoadedBlock {
  const placed = <T extends Float32Array | Float64Array | Uint8Array>(from: T, into: T): T => {
    const width = into.length / rows;
    kept.forEach((to, i) => into.set(from.subarray(i * width, (i + 1) * width), to * width));
    return into;
  };
  const { inputs, present, cells, labels, targets, keys } = block;
  const wide = layout.modalities.filter(({ name }) => inputs[name] !== undefined);
  const outputs = (targets?.length ?? 0) / Math.max(1, kept.length);
  return {
    rows,
    inputs: Object.fromEntries(
      wide.map(({ name, width }) => [
        name,
        placed(inputs[name] as Float32Array, new Float32Array(rows * width)),
      ]),
    ),
    present: Object.fromEntries(
      Object.entries(present).map(([name, is]) => [name, placed(is, new Uint8Array(rows))]),
    ),
    cells: cells.map((column) => {
      const into: (string | null)[] = new Array<null>(rows).fill(null);
      kept.forEach((to, i) => (into[to] = column[i] ?? null));
      return into;
    }),
    ...(labels && { labels: placed(labels, new Float64Array(rows).fill(nothing)) }),
    ...(targets && { targets: placed(targets, new Float32Array(rows * outputs)) }),
    ...(keys && { keys: placed(keys, new Float64Array(rows).fill(nothing)) }),
  };
}
