import { basename } from "node:path";
import type { Batch } from "../batches.js";
import { ProblemList } from "../problems.js";
import type { Random } from "../random.js";
import type { Samples } from "../samples.js";
import type { Damaged } from "./block-file.js";
import type { Cache } from "./cache.js";
import type { FeedOrder, Preparation } from "./feeder.js";
import { feedingThread } from "./feeding-thread.js";
import { blockCount, modalityOf, rowBytes, rowValues } from "./layout.js";
import { streamedOrder } from "./order.js";

/** Batches that are ready while one is learned from. */
const ahead = 3;
/** Of what is left for blocks; the rest is for what is thrown away and not yet collected. */
const blocksShare = 0.55;
/** Samples whose encodings and inputs are kept for measures, at most. */
const mostKept = 20_000;

/** What the bound is shared out to. */
export interface Bound {
  /** Bytes that the data may take. */
  within: number;
  /** Bytes that labels, masks and orders of all samples take. */
  known: number;
  line?: number;
  /** For messages. */
  where: string;
}

/** Inputs of samples that aren't in memory: blocks in a cache, which another thread reads, mixes and transforms ahead of whoever learns. */
export class StoredInputs {
  /** What the inputs and their order follow from. */
  readonly key: string;
  readonly #cache: Cache;
  readonly #bound: Bound;
  readonly #preparation: Preparation;
  readonly #remake: (damaged: Damaged) => Promise<void>;

  /** @param remake makes a block anew that is damaged */
  constructor(
    cache: Cache,
    bound: Bound,
    preparation: Preparation,
    remake: (damaged: Damaged) => Promise<void>,
  ) {
    this.#cache = cache;
    this.#bound = bound;
    this.#preparation = preparation;
    this.#remake = remake;
    const { sha256, blocks } = cache.manifest;
    const coded = cache.files.slice(1).map(({ path }) => basename(path));
    this.key = JSON.stringify([sha256, blocks.length, bound.within, preparation.modalities, ...coded]);
  }

  /**
   * Blocks that are mixed with each other: all, where they fit, else half of what fits, so that the next ones are read while these are learned from.
   * @param size samples of a batch
   * @throws DataError when not even two blocks fit
   */
  window(size: number): number {
    const { layout } = this.#cache.manifest;
    const { within, known, where, line } = this.#bound;
    const block = 4 * layout.blockRows * rowValues(layout);
    const batches = (ahead + 1) * size * rowBytes(layout);
    const left = blocksShare * (within - known - batches);
    const count = blockCount(layout);
    if (left >= count * block) return count;
    const window = Math.floor(left / (2 * block));
    if (window < 1) {
      const problems = new ProblemList();
      const needs = known + batches + (2 * block) / blocksShare;
      problems.add("boundTooSmall", where, { within, needs, rows: layout.rows }, line);
      problems.check();
    }
    return window;
  }

  /** Samples whose values are kept for measures, where each takes so many bytes. */
  kept(bytes: number): number {
    const { within, known } = this.#bound;
    return Math.max(1, Math.min(mostKept, Math.floor((within - known) / 2 / Math.max(1, bytes))));
  }

  /**
   * All samples of a split once, `size` at a time, the last batch with what is left. A batch is valid until the next one is asked for.
   * @param random mixes them; in the order of the file when it is left out
   * @param skip how many batches to leave out at the beginning
   * @throws DataError when a block is damaged and the source isn't what it was
   */
  async *batches(samples: Samples, size: number, random?: Random, skip = 0): AsyncGenerator<Batch> {
    const { manifest } = this.#cache;
    const { layout } = manifest;
    const window = random === undefined ? Math.min(4, this.window(size)) : this.window(size);
    const { positions, windows } = streamedOrder(samples.index, {
      blockRows: layout.blockRows,
      window,
      random,
    });
    const order: FeedOrder = {
      ...this.#preparation,
      files: this.#cache.files,
      layout,
      rows: positions.map((at) => samples.index[at] as number),
      windows,
      size,
      skip: skip * size,
      ahead,
    };
    const job = feedingThread().begin(order);
    try {
      for (let at = skip * size; at < positions.length; at += size) {
        const { batch, samples: count } = await job.next(this.#remake);
        const fed = modalityOf(new Float32Array(batch), layout, count);
        // In the order of the spec.
        const values = Object.fromEntries(
          Object.keys(samples.shapes).map((name) => [name, fed[name] as Float32Array]),
        );
        yield batchOf(samples, positions.slice(at, at + count), values);
        job.tell({ free: batch }, [batch]);
      }
    } finally {
      job.stop();
    }
  }
}

/** Adds to inputs what is known of their samples; zeros where a modality is missing. */
function batchOf(samples: Samples, rows: Int32Array, inputs: Record<string, Float32Array>): Batch {
  const present: Record<string, Float32Array> = {};
  for (const [name, values] of Object.entries(inputs)) {
    const width = values.length / rows.length;
    const own = (present[name] = Float32Array.from(rows, (row) => samples.present[name]?.[row] as number));
    own.forEach((is, i) => is === 0 && values.fill(0, i * width, (i + 1) * width));
  }
  const { targets, labels, classes } = samples;
  const outputs = classes.length;
  const told = targets && new Float32Array(rows.length * outputs);
  if (targets !== undefined)
    rows.forEach((row, i) =>
      told?.set(targets.values.subarray(row * outputs, (row + 1) * outputs), i * outputs),
    );
  return {
    size: rows.length,
    inputs,
    present,
    labels: Int32Array.from(rows, (row) => labels[row] as number),
    ...(told && { targets: told }),
    rows,
  };
}
