import type { Random } from "./random.js";
import { takeSamples, type Samples } from "./samples.js";

/** Some samples, copied side by side when they are asked for. */
export interface Batch {
  size: number;
  /** Per modality, [size, ...shape]. */
  inputs: Record<string, Float32Array>;
  /** Per modality: 1 where the sample has it, 0 where it is missing. */
  present: Record<string, Float32Array>;
  labels: Int32Array;
  /** Of a target that isn't one class: [size, outputs]. */
  targets?: Float32Array | undefined;
  /** Position of each sample in the split. */
  rows: Int32Array;
}

/** Some rows of a batch that lie side by side; no copies. */
export function takePart(batch: Batch, begin: number, rows: number): Batch {
  const some = (values: Float32Array) => {
    const width = values.length / batch.size;
    return values.subarray(begin * width, (begin + rows) * width);
  };
  return {
    size: rows,
    inputs: mapValues(batch.inputs, some),
    present: mapValues(batch.present, some),
    labels: batch.labels.subarray(begin, begin + rows),
    ...(batch.targets && { targets: some(batch.targets) }),
    rows: batch.rows.subarray(begin, begin + rows),
  };
}

/**
 * All samples once, `size` at a time, the last batch with what is left; in an order of `random`'s when it is given.
 * @param skip how many batches to leave out at the beginning
 */
export function* batches(samples: Samples, size: number, random?: Random, skip = 0): Generator<Batch> {
  const order = Int32Array.from({ length: samples.size }, (_, i) => i);
  random?.shuffle(order);
  for (let at = skip * size; at < order.length; at += size)
    yield takeBatch(samples, order.slice(at, at + size));
}

/**
 * The same, also of samples that aren't in memory; of those a batch is valid until the next one is asked for.
 * @throws DataError when what they are kept in is damaged and can't be made anew
 */
export async function* eachBatch(
  samples: Samples,
  size: number,
  random?: Random,
  skip = 0,
): AsyncGenerator<Batch> {
  if (samples.stored !== undefined) yield* samples.stored.batches(samples, size, random, skip);
  else yield* batches(samples, size, random, skip);
}

/** Gives what `source` gives, and tells how many milliseconds each took to come. */
export async function* timed<T>(
  source: AsyncGenerator<T>,
  tell: (milliseconds: number) => void,
): AsyncGenerator<T> {
  try {
    for (;;) {
      const begin = performance.now();
      const next = await source.next();
      tell(performance.now() - begin);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await source.return(undefined);
  }
}

/** Where batches were taken from. What is made of a batch is another one, which isn't in it. */
const origins = new WeakMap<Batch, Samples>();

/** The samples that a batch was taken from, when it has them as they are. */
export function takenFrom(batch: Batch): Samples | undefined {
  return origins.get(batch);
}

/** The samples at these positions. */
export function takeBatch(samples: Samples, rows: Int32Array): Batch {
  let copied: Samples | undefined;
  let floats: Batch["present"] | undefined;
  const copy = () => (copied ??= takeSamples(samples, rows));
  const batch: Batch = {
    size: rows.length,
    rows,
    get inputs() {
      return copy().inputs;
    },
    get present() {
      return (floats ??= mapValues(copy().present, (values) => Float32Array.from(values)));
    },
    get labels() {
      return copy().labels;
    },
    get targets() {
      return copy().targets?.values;
    },
  };
  origins.set(batch, samples);
  return batch;
}

function mapValues<A, B>(group: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(group).map(([name, value]) => [name, map(value)]));
}
