import type { Random } from "../random.js";

/** Blocks that are in memory together. */
export interface Window {
  blocks: number[];
  /** How many samples come before the next window. */
  end: number;
}

/** In which order samples come, and which blocks that takes. */
export interface Order {
  /** Positions in the split. */
  positions: Int32Array;
  windows: Window[];
}

/**
 * All samples of a split once. Without `random` they come as they lie. With it the blocks are shuffled, and then the samples of each window among themselves;
 * where all blocks fit into one window, in the order that samples in memory would come in.
 * @param index row of each sample in the file, rising
 * @param window blocks that are in memory together
 */
export function streamedOrder(
  index: Int32Array,
  { blockRows, window, random }: { blockRows: number; window: number; random?: Random | undefined },
): Order {
  const blocks: { block: number; begin: number; end: number }[] = [];
  for (let begin = 0; begin < index.length;) {
    const block = Math.floor((index[begin] as number) / blockRows);
    let end = begin;
    while (end < index.length && (index[end] as number) < (block + 1) * blockRows) end++;
    blocks.push({ block, begin, end });
    begin = end;
  }
  if (blocks.length > window) random?.shuffle(blocks);
  const positions = new Int32Array(index.length);
  const windows: Window[] = [];
  let at = 0;
  for (let first = 0; first < blocks.length; first += window) {
    const own = blocks.slice(first, first + window);
    const begin = at;
    for (const { begin: from, end } of own) for (let i = from; i < end; i++) positions[at++] = i;
    random?.shuffle(positions.subarray(begin, at));
    windows.push({ blocks: own.map(({ block }) => block), end: at });
  }
  return { positions, windows };
}
