import { beforeAll, describe, expect, it } from "vitest";
import { gaussianPair, openEngine, Random } from "../../runtime/index.js";
import { crossRead } from "../../runtime/measures/cross-fit.js";
import { chooseEstimators, tasksModule } from "../../runtime/measures/estimators.js";
import { stratifiedFolds } from "../../runtime/measures/folds.js";
import { standardise } from "../../runtime/measures/standardise.js";
import { Pool } from "../../runtime/parallel/share-out.js";
import { useThreads } from "../../runtime/parallel/thread.js";

beforeAll(() => openEngine("wasm"));

/** Waits until another thread has begun, and has what the tasks need: here each of these takes a while, there none. */
async function begun(pool: Pool): Promise<void> {
  const run = () => new Promise((resolve) => setTimeout(resolve, 50));
  await pool.shareOut({ module: tasksModule, name: "none", run }, {}, 10_000, () => {});
}

/** What lsmi chooses and reads before it calibrates, with so many threads. */
async function read(threads: number) {
  useThreads(threads);
  const classes = 4;
  const { x1, x2, labels } = gaussianPair({ classes, samples: 1000, seed: 1 });
  const views = [
    await standardise({ values: x1, width: classes }),
    await standardise({ values: x2, width: classes }),
  ] as const;
  const draws = ["one", "other"].map((name) => {
    const random = new Random(3).fork(name);
    return { folds: stratifiedFolds(labels, 8, random.fork("folds")), random };
  });
  const pool = new Pool(0);
  if (threads > 1) await begun(pool);
  const before = pool.helped;
  let steps = 0;
  const advance = () => void steps++;
  try {
    const plan = await chooseEstimators(views, labels, classes, new Random(5), pool, advance);
    const reads = await crossRead(plan, views, labels, classes, draws, pool, advance);
    return { plan, reads, steps, helped: pool.helped - before };
  } finally {
    await pool.end();
  }
}

describe("folds in several threads", () => {
  it("read to the last bit what one thread reads", async () => {
    const one = await read(1);
    const two = await read(2);
    expect(one.helped).toBe(0);
    expect(two.helped).toBeGreaterThan(0);
    expect(two.plan).toEqual(one.plan);
    expect(two.reads).toEqual(one.reads);
    expect(two.steps).toBe(2 + 3 + 2 * 8);
  });

  it("tell of a task that fails in another thread", async () => {
    useThreads(2);
    const pool = new Pool(0);
    const failing = {
      module:
        "data:text/javascript,export const tasks = { odd: (_, i) => { throw new RangeError('task ' + i); } };",
      name: "odd",
      // Here the tasks take until another thread has begun.
      run: () => new Promise((resolve) => setTimeout(resolve, 100)),
    };
    await expect(pool.shareOut(failing, {}, 1000, () => {})).rejects.toThrow(/^task \d+$/);
    await pool.end();
  });
});
