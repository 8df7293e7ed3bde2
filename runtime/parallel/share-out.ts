import { parentPort, workerData, type Worker } from "node:worker_threads";
import * as tf from "@tensorflow/tfjs-core";
import { openEngine, type EngineName } from "../engines/index.js";
import { startThread, threads } from "./thread.js";

/** Tasks that don't depend on each other: the same function of the same givens and of 0, 1, .. */
export interface Job<Given, Result> {
  /** The module whose `tasks` has the function: what a thread imports. */
  module: string;
  /** Its name there. */
  name: string;
  run(given: Given, index: number): Result | Promise<Result>;
}

/** What a thread is sent: all but functions. */
interface Order {
  id: number;
  module: string;
  name: string;
  given: unknown;
  /** The next task that nobody has taken. */
  next: SharedArrayBuffer;
  count: number;
}

type Word = { id: number; index: number; result: unknown } | { id: number; failed: unknown };

/** Threads that work tasks off together with this one. */
export class Pool {
  private helpers: Worker[] = [];
  private readonly began = performance.now();
  private order: Order | undefined;
  private hear: ((word: Word) => void) | undefined;
  private orders = 0;
  /** Tasks that other threads did. */
  helped = 0;

  /** @param patience milliseconds that tasks take before other threads are started: they too need a second to begin */
  constructor(private readonly patience = 1500) {}

  /**
   * Works tasks off, some of them in other threads. What comes out doesn't depend on who does which.
   * @param advance after each
   */
  async shareOut<Given, Result>(
    { module, name, run }: Job<Given, Result>,
    given: Given,
    count: number,
    advance: () => void | Promise<void>,
  ): Promise<Result[]> {
    const results = new Map<number, Result>();
    const order = { id: ++this.orders, module, name, given, next: new SharedArrayBuffer(4), count };
    this.order = order;
    const next = new Int32Array(order.next);
    let failed: { error: unknown } | undefined;
    let wake = () => {};
    let told = 0;
    this.hear = (word) => {
      if ("failed" in word) failed = { error: word.failed };
      else if (word.id === order.id) {
        results.set(word.index, word.result as Result);
        this.helped++;
      }
      wake();
    };
    const tell = async () => {
      for (; told < results.size; told++) await advance();
      if (failed !== undefined) throw failed.error;
    };
    for (const helper of this.helpers) helper.postMessage(order);
    for (;;) {
      const index = Atomics.add(next, 0, 1);
      if (index >= count) break;
      results.set(index, await run(given, index));
      await new Promise(setImmediate);
      await tell();
      this.grow(count - Atomics.load(next, 0));
    }
    while (results.size < count) {
      await new Promise<void>((resolve) => (wake = resolve));
      await tell();
    }
    this.order = undefined;
    return Array.from({ length: count }, (_, index) => results.get(index) as Result);
  }

  /** Starts threads when there is much to do. @param left tasks that nobody has taken */
  private grow(left: number): void {
    const engine = tf.getBackend() as EngineName;
    // Other engines have threads, or a device, of their own.
    if (left < 1 || performance.now() - this.began < this.patience || (engine !== "wasm" && engine !== "cpu"))
      return;
    while (this.helpers.length < Math.min(threads() - 1, left)) {
      const helper = startThread(import.meta.url, { "mmspec tasks": engine });
      helper.on("message", (word: Word) => this.hear?.(word));
      helper.on("error", (error) => this.hear?.({ id: 0, failed: error }));
      if (this.order !== undefined) helper.postMessage(this.order);
      this.helpers.push(helper);
    }
  }

  async end(): Promise<void> {
    const { helpers } = this;
    this.helpers = [];
    this.hear = undefined;
    await Promise.all(helpers.map((helper) => helper.terminate()));
  }
}

/** Uses threads for as long as something takes. */
export async function withPool<Result>(use: (pool: Pool) => Promise<Result>): Promise<Result> {
  const pool = new Pool();
  try {
    return await use(pool);
  } finally {
    await pool.end();
  }
}

/** In a thread that helps: works off what it is sent. */
const engine = (workerData as Record<string, EngineName> | null)?.["mmspec tasks"];
if (engine !== undefined) {
  const ready = openEngine(engine);
  parentPort?.on("message", async ({ id, module, name, given, next, count }: Order) => {
    try {
      await ready;
      const { tasks } = (await import(module)) as {
        tasks: Record<string, (given: unknown, index: number) => unknown>;
      };
      const counter = new Int32Array(next);
      for (let index = Atomics.add(counter, 0, 1); index < count; index = Atomics.add(counter, 0, 1))
        parentPort?.postMessage({ id, index, result: await tasks[name]?.(given, index) } satisfies Word);
    } catch (error) {
      parentPort?.postMessage({ id, failed: error } satisfies Word);
    }
  });
}
