import { existsSync, readlinkSync } from "node:fs";

/** A part of a batch: the rows that one worker learns from. */
export interface Part {
  /** The first of them. */
  begin: number;
  rows: number;
  /** Rows of the whole batch. */
  batch: number;
}

/** The memory that workers share, to be handed to each of them. */
export interface TeamMemory {
  size: number;
  control: SharedArrayBuffer;
  numbers: SharedArrayBuffer;
  /** Per worker, the system's number of its thread; 0 where that isn't known. */
  threads: SharedArrayBuffer;
}

/** What the first worker tells the others to do next. */
export const commands = { epoch: 1, step: 2, trial: 3, leave: 4 } as const;
export type Command = (typeof commands)[keyof typeof commands];

/** Numbers that a worker can hand on at once; what is longer goes in pieces. */
const capacity = 2 ** 19;
/** Bytes for what a worker that failed says. */
const words = 4096;
/** Milliseconds after which a worker that doesn't come is given up. */
const patience = 600_000;
/** Looks at the others before this worker sleeps: most of them are there within microseconds. */
const looks = 2000;

/** The system's number of the thread that calls, where Linux tells; 0 elsewhere. */
function systemThread(): number {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1));
  } catch {
    return 0;
  }
}

/** Whether a thread of this process runs; of one without a number that isn't known, and it is given `patience`. */
function runs(thread: number): boolean {
  return thread === 0 || existsSync(`/proc/self/task/${thread}`);
}

/** Positions in the control memory, an Int32Array. */
const at = { arrived: 0, round: 1, failed: 2, length: 3, command: 4, argument: 6, words: 8 } as const;

/** Another worker failed, or was stopped. */
export class TeamError extends Error {
  override name = "TeamError";
}

/**
 * Workers in step with each other. Each is a thread; numbers go from one to the others through shared memory. All of them must call the same methods
 * in the same order, as they do when they run the same code on parts of the same batches. What is added up is added up in the order of
 * the workers, so that the sum is the same to the last bit on each of them, and in each run.
 */
export class Team {
  readonly size: number;
  private readonly control: Int32Array;
  private readonly text: Uint8Array;
  private readonly numbers: Float32Array;
  private readonly threads: Int32Array;
  private round = 0;

  static memory(size: number): TeamMemory {
    return {
      size,
      control: new SharedArrayBuffer(4 * at.words + words),
      // Two slots a worker: while one is read by those who are late, the next is written.
      numbers: new SharedArrayBuffer(4 * 2 * size * capacity),
      threads: new SharedArrayBuffer(4 * size),
    };
  }

  /** @param rank of this worker, from 0 */
  constructor(
    readonly rank: number,
    { size, control, numbers, threads }: TeamMemory,
  ) {
    this.size = size;
    this.control = new Int32Array(control, 0, at.words);
    this.text = new Uint8Array(control, 4 * at.words);
    this.numbers = new Float32Array(numbers);
    this.threads = new Int32Array(threads);
    Atomics.store(this.threads, rank, systemThread());
  }

  /** This worker's rows of a batch; undefined when it is too small to be shared, and each worker is to learn from all of it. */
  part(batch: number): Part | undefined {
    if (batch < 2 * this.size) return undefined;
    const from = (rank: number) => Math.floor((rank * batch) / this.size);
    const begin = from(this.rank);
    return { begin, rows: from(this.rank + 1) - begin, batch };
  }

  /** Puts the sums of numbers over all workers into `sums`. */
  sum(values: Float32Array, sums: Float32Array): void {
    this.exchange(values, sums, (part, [first, second, ...others]) => {
      const [a, b] = [first as Float32Array, second as Float32Array];
      for (let i = 0; i < part.length; i++) part[i] = (a[i] as number) + (b[i] as number);
      for (const slot of others)
        for (let i = 0; i < part.length; i++) part[i] = (part[i] as number) + (slot[i] as number);
    });
  }

  /** Replaces numbers by those of the first worker. */
  follow(values: Float32Array): void {
    this.exchange(values, values, (part, [first]) => part.set(first as Float32Array));
  }

  private exchange(
    values: Float32Array,
    into: Float32Array,
    take: (part: Float32Array, slots: Float32Array[]) => void,
  ): void {
    for (let from = 0; from < values.length; from += capacity) {
      const part = values.subarray(from, from + capacity);
      const slots = Array.from({ length: this.size }, (_, rank) => {
        const begin = (2 * rank + (this.round % 2)) * capacity;
        return this.numbers.subarray(begin, begin + part.length);
      });
      slots[this.rank]?.set(part);
      this.meet();
      take(into.subarray(from, from + capacity), slots);
    }
  }

  /** The first worker tells the others what to do. */
  tell(command: Command, argument = 0): void {
    const turn = this.round % 2;
    Atomics.store(this.control, at.command + turn, command);
    Atomics.store(this.control, at.argument + turn, argument);
    this.meet();
  }

  /** What the first worker tells the others to do. */
  hear(): { command: Command; argument: number } {
    const turn = this.round % 2;
    this.meet();
    return {
      command: Atomics.load(this.control, at.command + turn) as Command,
      argument: Atomics.load(this.control, at.argument + turn),
    };
  }

  /** Waits for all others. @throws TeamError when one of them failed */
  private meet(): void {
    const { control, round } = this;
    this.round = (round + 1) | 0;
    if (Atomics.add(control, at.arrived, 1) === this.size - 1) {
      Atomics.store(control, at.arrived, 0);
      Atomics.store(control, at.round, this.round);
      Atomics.notify(control, at.round);
    } else {
      for (let i = 0; i < looks && Atomics.load(control, at.round) === round; i++);
      const begin = performance.now();
      while (Atomics.load(control, at.round) === round && Atomics.load(control, at.failed) === 0) {
        if (performance.now() - begin > patience) this.fail("A worker no longer answers.");
        else if (Atomics.wait(control, at.round, round, 1000) === "timed-out" && !this.threads.every(runs))
          this.fail("A thread ended without a word; the system or its limits of memory do that.");
      }
    }
    if (Atomics.load(control, at.failed) !== 0) throw new TeamError(this.reason());
  }

  /** Lets no worker wait any longer: each throws a TeamError with this reason. The first reason counts. */
  fail(reason: string): void {
    if (Atomics.compareExchange(this.control, at.failed, 0, 1) === 0) {
      const { written } = new TextEncoder().encodeInto(reason, new Uint8Array(words));
      this.text.set(new TextEncoder().encode(reason).subarray(0, written));
      Atomics.store(this.control, at.length, written);
    }
    Atomics.notify(this.control, at.round);
  }

  private reason(): string {
    return new TextDecoder().decode(this.text.slice(0, Atomics.load(this.control, at.length)));
  }
}
