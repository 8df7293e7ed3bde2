import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asha } from "../../sweep/schedulers/asha.js";
import { createScheduler, type Scheduler, type Task } from "../../sweep/schedulers/index.js";

/** So many workers do what the scheduler says; which one is ready first follows from `pick`. */
function work(
  scheduler: Scheduler,
  scoreOf: (task: Task) => number | undefined,
  workers: number,
  pick: (n: number) => number,
) {
  const active: Task[] = [];
  const log: { begun?: Task; reported?: Task }[] = [];
  for (;;) {
    while (active.length < workers) {
      const task = scheduler.next();
      if (task === undefined) break;
      scheduler.begin(task);
      active.push(task);
      log.push({ begun: task });
    }
    if (active.length === 0) return log;
    const [task] = active.splice(pick(active.length), 1) as [Task];
    scheduler.report(task, scoreOf(task));
    log.push({ reported: task });
  }
}

const begun = (log: ReturnType<typeof work>) => log.flatMap((entry) => entry.begun ?? []);

describe("asha", () => {
  it("promotes the best third of what a rung has seen, from the highest rung down, one worker", () => {
    const scores = [0.1, 0.5, 0.9, 0.3, 0.8, 0.2, 0.7, 0.4, 0.6];
    const scheduler = asha({ order: scores.map((_, i) => i), rungs: 3, eta: 3 });
    const log = work(
      scheduler,
      ({ trial }) => scores[trial],
      1,
      () => 0,
    );
    expect(begun(log).map(({ trial, rung }) => `${trial}@${rung}`)).toEqual([
      ...["0@0", "1@0", "2@0", "2@1"],
      ...["3@0", "4@0", "5@0", "4@1"],
      // At nine, the best three of the lowest rung are 2, 4 and 6; at three, the best of the next is 2.
      ...["6@0", "7@0", "8@0", "6@1", "2@2"],
    ]);
  });

  it("trains one of few variants to its end, and the next best when that one fails there", () => {
    const scheduler = asha({ order: [1, 0], rungs: 3, eta: 3 });
    const log = work(
      scheduler,
      ({ trial, rung }) => (trial === 1 && rung === 1 ? undefined : trial),
      2,
      () => 0,
    );
    expect(begun(log).map(({ trial, rung }) => `${trial}@${rung}`)).toEqual([
      "1@0",
      "0@0",
      "1@1",
      "0@1",
      "0@2",
    ]);
  });

  it("ends when everything fails", () => {
    const log = work(
      asha({ order: [0, 1, 2, 3], rungs: 2, eta: 2 }),
      () => undefined,
      3,
      () => 0,
    );
    expect(begun(log)).toHaveLength(4);
  });

  const cases = fc.record({
    scores: fc.array(fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }), {
      minLength: 1,
      maxLength: 40,
    }),
    rungs: fc.integer({ min: 1, max: 4 }),
    eta: fc.integer({ min: 2, max: 4 }),
    workers: fc.integer({ min: 1, max: 5 }),
    picks: fc.infiniteStream(fc.nat()),
  });

  it("begins everything once, rung by rung, and promotes only from the best of a rung while variants are left", () => {
    fc.assert(
      fc.property(cases, ({ scores, rungs, eta, workers, picks }) => {
        const scheduler = createScheduler("asha", { count: scores.length, rungs, eta, seed: 1 });
        const log = work(
          scheduler,
          ({ trial }) => scores[trial],
          workers,
          (n) => (picks.next().value as number) % n,
        );
        const keys = begun(log).map(({ trial, rung }) => `${trial}@${rung}`);
        expect(new Set(keys).size).toBe(keys.length);
        expect(begun(log).filter(({ rung }) => rung === 0)).toHaveLength(scores.length);
        const reported: Task[] = [];
        let entered = 0;
        for (const { begun: task, reported: ended } of log) {
          if (ended !== undefined) reported.push(ended);
          if (task === undefined) continue;
          if (task.rung === 0) entered++;
          if (task.rung === 0 || entered === scores.length) continue;
          const below = reported.filter(({ rung }) => rung === task.rung - 1);
          const own = scores[task.trial] as number;
          expect(below).toContainEqual({ trial: task.trial, rung: task.rung - 1 });
          const better = below.filter(({ trial }) => (scores[trial] ?? -1) > own).length;
          expect(better).toBeLessThan(Math.floor(below.length / eta));
        }
        // Something reaches the last rung whenever something works at all.
        expect(keys.some((key) => key.endsWith(`@${rungs - 1}`))).toBe(
          rungs === 1 || scores.some((score) => score !== undefined),
        );
      }),
    );
  });

  it("comes back to where it was by the same calls", () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ scores, rungs, eta, workers, picks }, cut) => {
        const create = () => createScheduler("asha", { count: scores.length, rungs, eta, seed: 3 });
        const pick = (n: number) => (picks.next().value as number) % n;
        const log = work(create(), ({ trial }) => scores[trial], workers, pick);
        const again = create();
        for (const { begun: task, reported } of log.slice(0, cut % log.length)) {
          if (task !== undefined) {
            expect(again.next()).toEqual(task);
            again.begin(task);
          }
          if (reported !== undefined) again.report(reported, scores[reported.trial]);
        }
      }),
    );
  });
});

describe("random and grid", () => {
  it("train all to their end: grid as they are listed, random in an order that follows from its seed", () => {
    const order = (name: "random" | "grid", seed: number) =>
      begun(
        work(
          createScheduler(name, { count: 20, rungs: 1, eta: 3, seed }),
          () => 1,
          2,
          () => 0,
        ),
      );
    const listed = Array.from({ length: 20 }, (_, trial) => ({ trial, rung: 0 }));
    expect(order("grid", 1)).toEqual(listed);
    expect(order("random", 1)).not.toEqual(listed);
    expect(order("random", 1)).toEqual(order("random", 1));
    expect(order("random", 1)).not.toEqual(order("random", 2));
    expect(
      order("random", 1)
        .map(({ trial }) => trial)
        .sort((a, b) => a - b),
    ).toEqual(listed.map(({ trial }) => trial));
  });
});
