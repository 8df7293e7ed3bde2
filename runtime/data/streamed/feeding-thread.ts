import type { Worker } from "node:worker_threads";
import { runtimeFile, startThread } from "../../parallel/thread.js";
import type { Damaged } from "./block-file.js";
import type { Fed, FeedOrder, ToFeeder } from "./feeder.js";

type Batch = Extract<Fed, { batch: ArrayBuffer }>;
type Told<T> = T extends unknown ? Omit<T, "job"> : never;

/** The thread that reads blocks and makes batches of them; the process may end while it has nothing to do. */
class FeedingThread {
  private readonly jobs = new Map<number, FeedingJob>();
  private readonly worker: Worker;
  private count = 0;

  constructor() {
    this.worker = startThread(runtimeFile("data/streamed/feeder"), { "mmspec feed": true });
    this.worker.on("message", (word: Fed) => this.jobs.get(word.job)?.hear(word));
    this.worker.on("error", (failed) => {
      thread = undefined;
      for (const [job, own] of this.jobs) own.hear({ job, failed });
    });
    // After the listeners, which hold the process.
    this.worker.unref();
  }

  begin(order: FeedOrder): FeedingJob {
    const number = this.count++;
    const tell = (what: Told<ToFeeder>, moved: ArrayBuffer[] = []) =>
      this.worker.postMessage({ job: number, ...what }, moved);
    const job = new FeedingJob(tell, () => {
      this.jobs.delete(number);
      if (this.jobs.size === 0) this.worker.unref();
    });
    this.jobs.set(number, job);
    this.worker.ref();
    tell({ order });
    return job;
  }
}

/** All batches of one order. */
class FeedingJob {
  private readonly heard: Fed[] = [];
  private wake = () => {};

  constructor(
    readonly tell: (what: Told<ToFeeder>, moved?: ArrayBuffer[]) => void,
    private readonly forget: () => void,
  ) {}

  hear(word: Fed): void {
    this.heard.push(word);
    this.wake();
  }

  /** @param remake makes a block anew that is damaged */
  async next(remake: (damaged: Damaged) => Promise<void>): Promise<Batch> {
    for (;;) {
      const word = this.heard.shift();
      if (word === undefined) await new Promise<void>((resolve) => (this.wake = resolve));
      else if ("failed" in word) throw word.failed;
      else if ("damaged" in word) {
        await remake(word.damaged);
        this.tell({ mended: true });
      } else return word;
    }
  }

  stop(): void {
    this.tell({ stop: true });
    this.forget();
  }
}

let thread: FeedingThread | undefined;

/** The thread that feeds this one; started when it is first wanted. */
export function feedingThread(): FeedingThread {
  return (thread ??= new FeedingThread());
}
