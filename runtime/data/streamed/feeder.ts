import { parentPort, workerData } from "node:worker_threads";
import type { ModalityBinding } from "../load.js";
import { ProblemList } from "../problems.js";
import type { Samples } from "../samples.js";
import type { Statistics } from "../transforms/standardise.js";
import { transform } from "../transforms/transforms.js";
import { BlockReader, DamagedBlock, type BlockFile, type Damaged } from "./block-file.js";
import { modalityOf, rowsOfBlock, rowValues, type Layout } from "./layout.js";
import type { Window } from "./order.js";

/** What makes inputs of what is kept. */
export interface Preparation {
  modalities: Readonly<Record<string, ModalityBinding>>;
  statistics: Readonly<Record<string, Statistics>>;
  /** Of categories, by modality: which column, and the code of each name as it was numbered when it came. */
  codes: Readonly<Record<string, readonly { at: number; codes: Float32Array }[]>>;
}

/** What a thread that feeds is to do. */
export interface FeedOrder extends Preparation {
  files: readonly BlockFile[];
  /** Of a block of all files. */
  layout: Layout;
  /** Rows of the file, in the order in which they are wanted. */
  rows: Int32Array;
  windows: readonly Window[];
  /** Samples of a batch. */
  size: number;
  /** The first that are left out. */
  skip: number;
  /** Batches that are ready or in use, at most. */
  ahead: number;
}

/** What such a thread says of a job: a batch, per modality [samples, ...shape] one after the other; or that it can't go on yet, or at all. */
export type Fed = { job: number } & (
  { batch: ArrayBuffer; samples: number } | { damaged: Damaged } | { failed: unknown }
);

/** What it is told: to begin; a buffer that it can fill again; that the damaged block is mended; or to stop. */
export type ToFeeder = { job: number } & (
  { order: FeedOrder } | { free: ArrayBuffer } | { mended: true } | { stop: true }
);

/** Prepares samples in place: numbers categories as training does, and transforms. */
export function prepare(samples: Samples, { modalities, statistics, codes }: Preparation): void {
  for (const [name, columns] of Object.entries(codes)) {
    const values = samples.inputs[name] as Float32Array;
    const width = values.length / samples.size;
    for (const { at, codes: table } of columns)
      for (let i = at; i < values.length; i += width) values[i] = table[values[i] as number] as number;
  }
  const problems = new ProblemList();
  transform([samples], modalities, statistics, { where: "", problems });
}

/** All of these rows, as if none were missing: whoever asked for them knows which are. */
export function bareSamples(inputs: Record<string, Float32Array>, layout: Layout, size: number): Samples {
  const present = new Uint8Array(size).fill(1);
  return {
    size,
    inputs,
    present: Object.fromEntries(layout.modalities.map(({ name }) => [name, present])),
    shapes: {},
    labels: new Int32Array(0),
    index: new Int32Array(size),
    classes: [],
  };
}

/** Blocks that are in memory together. */
interface LoadedWindow {
  values: Float32Array;
  /** Where each block begins in `values`. */
  places: Map<number, number>;
}

class Feeder {
  private readonly free: ArrayBuffer[] = [];
  private stopped = false;
  private wake = () => {};

  constructor(
    private readonly job: number,
    private readonly order: FeedOrder,
  ) {
    const { ahead, size, layout } = order;
    for (let i = 0; i < ahead; i++) this.free.push(new ArrayBuffer(4 * size * rowValues(layout)));
  }

  hear(told: ToFeeder): void {
    if ("free" in told) this.free.push(told.free);
    if ("stop" in told) this.stopped = true;
    this.wake();
  }

  private say(
    what: { batch: ArrayBuffer; samples: number } | { damaged: Damaged },
    moved: ArrayBuffer[] = [],
  ): void {
    parentPort?.postMessage({ job: this.job, ...what } satisfies Fed, moved);
  }

  async run(): Promise<void> {
    const { order } = this;
    const reader = await BlockReader.open(order.files);
    try {
      await this.feed(reader);
    } finally {
      await reader.close();
    }
  }

  private async feed(reader: BlockReader): Promise<void> {
    const { order } = this;
    const { layout, rows, windows, size, skip } = order;
    const blockValues = layout.blockRows * rowValues(layout);
    const first = windows.findIndex(({ end }) => end > skip);
    const most = Math.max(...windows.map(({ blocks }) => blocks.length));
    const space = [0, 1].map((which) =>
      which < windows.length - first ? new Float32Array(most * blockValues) : new Float32Array(0),
    );
    const load = async (which: number): Promise<LoadedWindow> => {
      const values = space[(which - first) % 2] as Float32Array;
      const places = new Map<number, number>();
      for (const [i, block] of (windows[which] as Window).blocks.entries()) {
        const into = values.subarray(i * blockValues, (i + 1) * blockValues);
        while (!this.stopped) {
          try {
            await reader.read(block, into);
            break;
          } catch (error) {
            if (!(error instanceof DamagedBlock)) throw error;
            this.say({ damaged: error.damaged });
            await new Promise<void>((resolve) => (this.wake = resolve));
          }
        }
        places.set(block, i * blockValues);
      }
      return { values, places };
    };
    let [at, filled] = [skip, 0];
    let buffer: ArrayBuffer | undefined;
    let next = first < 0 ? undefined : load(first);
    for (let which = first; next !== undefined; which++) {
      const window = await next;
      next = which + 1 < windows.length ? load(which + 1) : undefined;
      next?.catch(() => undefined);
      const { end } = windows[which] as Window;
      while (at < end) {
        buffer ??= await this.buffer();
        if (buffer === undefined) {
          await next?.catch(() => undefined);
          return;
        }
        const wanted = Math.min(size, rows.length - (at - filled));
        const taken = Math.min(wanted - filled, end - at);
        this.copy(window, rows.subarray(at, at + taken), buffer, filled, wanted);
        at += taken;
        filled += taken;
        if (filled < wanted) continue;
        prepare(bareSamples(modalityOf(new Float32Array(buffer), layout, filled), layout, filled), order);
        this.say({ batch: buffer, samples: filled }, [buffer]);
        buffer = undefined;
        filled = 0;
        // Blocks of the next window come in.
        await new Promise(setImmediate);
      }
    }
  }

  /** @returns undefined when nobody wants more */
  private async buffer(): Promise<ArrayBuffer | undefined> {
    for (;;) {
      if (this.stopped) return undefined;
      const buffer = this.free.pop();
      if (buffer !== undefined) return buffer;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** @param wanted samples that the batch will have */
  private copy(
    { values, places }: LoadedWindow,
    rows: Int32Array,
    buffer: ArrayBuffer,
    filled: number,
    wanted: number,
  ): void {
    const { layout } = this.order;
    const into = new Float32Array(buffer);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      const block = Math.floor(row / layout.blockRows);
      const inBlock = row - block * layout.blockRows;
      const count = rowsOfBlock(layout, block);
      let from = places.get(block) as number;
      let to = 0;
      for (const { width } of layout.modalities) {
        const begin = from + inBlock * width;
        into.set(values.subarray(begin, begin + width), to + (filled + i) * width);
        from += count * width;
        to += wanted * width;
      }
    }
  }
}

/** In a thread that feeds. */
if ((workerData as Record<string, unknown> | null)?.["mmspec feed"] !== undefined) {
  const feeders = new Map<number, Feeder>();
  parentPort?.on("message", (told: ToFeeder) => {
    const { job } = told;
    if (!("order" in told)) return feeders.get(job)?.hear(told);
    const feeder = new Feeder(job, told.order);
    feeders.set(job, feeder);
    feeder
      .run()
      .catch((failed: unknown) => parentPort?.postMessage({ job, failed } satisfies Fed))
      .finally(() => feeders.delete(job));
  });
}
