import { isMainThread, parentPort, workerData, type Worker } from "node:worker_threads";
import type { EngineName } from "../engines/index.js";
import type { FitPlan, FitState } from "../learning/state.js";
import * as tf from "@tensorflow/tfjs-core";
import { Team, type TeamMemory } from "./team.js";
import { startThread } from "./thread.js";

/** What a thread is told that is to help a script: it runs the same script, and learns where the script learns. */
export interface HelperOrders {
  rank: number;
  memory: TeamMemory;
  engine: EngineName;
  dataFolder: string;
  folder: string;
}

/** A stage that is to be learned together. */
export interface StageOrder {
  /** Of all that the script learns, from 0. */
  index: number;
  /** Samples a step. */
  batch: number;
  /** What it is, where the script itself doesn't know. */
  about?: string;
  plan: FitPlan;
  tensors: { name: string; shape: number[]; values: Float32Array }[];
}

/** Helpers say that they have come to a stage, or that they can't help. */
type Word = { ready: number; fingerprint: string } | { failed: string };

const key = "mmspec helper";

/** The orders of this thread; undefined in a process of its own, and in threads that someone else started. */
export function helperOrders(): HelperOrders | undefined {
  if (isMainThread) return undefined;
  return (workerData as Record<string, HelperOrders> | null)?.[key];
}

/** Threads that help a script, as the script sees them. */
export class Helpers {
  readonly team: Team;
  private readonly threads: Worker[];
  /** Per helper, what it said and what waits for it. */
  private readonly words: Word[][];
  private wake: (() => void) | undefined;

  /** @param script of a run; each helper runs it too */
  constructor(script: string, orders: Omit<HelperOrders, "rank" | "memory">, workers: number) {
    const memory = Team.memory(workers);
    this.team = new Team(0, memory);
    this.words = Array.from({ length: workers - 1 }, () => []);
    this.threads = this.words.map((said, i) => {
      const thread = startThread(script, {
        [key]: { ...orders, rank: i + 1, memory } satisfies HelperOrders,
      });
      const hear = (word: Word) => {
        said.push(word);
        if ("failed" in word) this.team.fail(word.failed);
        this.wake?.();
      };
      thread.on("message", hear);
      thread.on("error", (error) => hear({ failed: (error as Error).message }));
      thread.on("exit", () => hear({ failed: "The thread ended." }));
      return thread;
    });
  }

  /**
   * Lets all helpers begin a stage; waits until all have come to it.
   * @param fingerprint of data and model, which must be theirs too
   * @throws Error when one can't
   */
  async begin(order: StageOrder, fingerprint: string): Promise<void> {
    for (const thread of this.threads) thread.postMessage(order);
    for (const said of this.words) {
      for (;;) {
        const failed = said.find((word) => "failed" in word);
        if (failed !== undefined) throw new Error(failed.failed);
        const ready = said.find((word) => "ready" in word && word.ready === order.index);
        if (ready !== undefined && "fingerprint" in ready) {
          if (ready.fingerprint === fingerprint) break;
          throw new Error("Another thread read other data or made another model.");
        }
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    }
  }

  async end(): Promise<void> {
    this.team.fail("The stage was stopped.");
    await Promise.all(this.threads.map((thread) => thread.terminate()));
  }
}

/** The script that is helped, as a helper sees it. */
export class Helped {
  readonly team: Team;
  private readonly orders: StageOrder[] = [];
  private wake: (() => void) | undefined;

  constructor({ rank, memory }: HelperOrders) {
    this.team = new Team(rank, memory);
    // The others would wait for this thread, and the first one hears of no event while it waits.
    process.on("exit", () => this.team.fail("The thread ended."));
    parentPort?.on("message", (order: StageOrder) => {
      this.orders.push(order);
      this.wake?.();
    });
  }

  /** Waits until a stage is to be learned together. @returns where it begins; undefined when it is a later one */
  async stage(
    index: number,
    fingerprint: () => string,
  ): Promise<{ batch: number; from: FitState } | undefined> {
    const order = await this.more();
    if (order.index > index) return undefined;
    this.orders.shift();
    parentPort?.postMessage({ ready: index, fingerprint: fingerprint() } satisfies Word);
    const tensors = order.tensors.map(({ name, shape, values }) => ({
      name,
      tensor: tf.tensor(values, shape),
    }));
    return { batch: order.batch, from: { plan: order.plan, tensors } };
  }

  /** Waits until there is a stage to be learned. */
  async more(): Promise<StageOrder> {
    for (;;) {
      const [order] = this.orders;
      if (order !== undefined) return order;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** This thread can't help. */
  fail(error: unknown): void {
    const failed = error instanceof Error ? error.message : String(error);
    this.team.fail(failed);
    parentPort?.postMessage({ failed } satisfies Word);
  }
}

/** A state as it can be sent. */
export async function orderOf(
  index: number,
  batch: number,
  { plan, tensors }: FitState,
): Promise<StageOrder> {
  const sent = await Promise.all(
    tensors.map(async ({ name, tensor }) => ({
      name,
      shape: tensor.shape,
      values: ((await tensor.data()) as Float32Array).slice(),
    })),
  );
  return { index, batch, plan, tensors: sent };
}
