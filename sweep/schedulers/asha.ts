import type { Scheduler, Task } from "./scheduler.js";
import { SortedList } from "./sorted-list.js";

export interface AshaOptions {
  /** Positions of the variants, in the order in which they enter the lowest rung. */
  order: readonly number[];
  rungs: number;
  /** One of so many goes on. */
  eta: number;
}

interface Scored {
  trial: number;
  score: number;
}

/** The results of one rung. */
interface Rung {
  /** Also of those that failed. */
  reported: number;
  /** Those that didn't fail, best first. */
  ranked: SortedList<Scored>;
  /** Of these, those that haven't gone on. */
  waiting: SortedList<Scored>;
}

/**
 * Asynchronous successive halving (Li et al., A System for Massively Parallel Hyperparameter Tuning, MLSys 2020, algorithm 2): whoever is free promotes a
 * variant that is among the best 1/eta of its rung so far, from the highest rung that has one; where there is none, a new variant enters the
 * lowest rung. Nobody waits for a rung to fill.
 *
 * The paper's algorithm has no end. Here, when all variants have entered and nothing is under way, and no variant has reached the last rung, the best
 * one of the highest rung goes on, so that a sweep over few variants trains one to its end too.
 */
export function asha({ order, rungs: count, eta }: AshaOptions): Scheduler {
  const ranks = new Map(order.map((trial, rank) => [trial, rank]));
  // Of equals the one that entered first.
  const compare = (a: Scored, b: Scored) =>
    b.score - a.score || (ranks.get(a.trial) as number) - (ranks.get(b.trial) as number);
  const rungs = Array.from({ length: count }, (): Rung => ({
    reported: 0,
    ranked: new SortedList(compare),
    waiting: new SortedList(compare),
  }));
  /** All rungs but the last, the highest first. */
  const below = rungs.slice(0, -1).map((_, rung) => count - 2 - rung);
  let entered = 0;
  let underWay = 0;

  /** The best variant of a rung that hasn't gone on, if it is among so many best. */
  const promotable = (rung: number, best: (reported: number) => number): Task | undefined => {
    const { reported, ranked, waiting } = rungs[rung] as Rung;
    const first = waiting.at(0);
    if (first === undefined || ranked.indexOf(first) >= best(reported)) return undefined;
    return { trial: first.trial, rung: rung + 1 };
  };
  const promotion = (best: (reported: number) => number): Task | undefined => {
    for (const rung of below) {
      const task = promotable(rung, best);
      if (task !== undefined) return task;
    }
    return undefined;
  };

  return {
    rungs: count,
    next() {
      const task = promotion((reported) => Math.floor(reported / eta));
      if (task !== undefined) return task;
      const trial = order[entered];
      if (trial !== undefined) return { trial, rung: 0 };
      if (underWay > 0 || (rungs.at(-1)?.ranked.length ?? 0) > 0) return undefined;
      return promotion(() => Infinity);
    },
    begin({ trial, rung }) {
      underWay++;
      if (rung === 0) entered++;
      else rungs[rung - 1]?.waiting.removeWhere((one) => one.trial === trial);
    },
    report({ trial, rung }, score) {
      underWay--;
      const { ranked, waiting } = rungs[rung] as Rung;
      (rungs[rung] as Rung).reported++;
      if (score === undefined) return;
      ranked.add({ trial, score });
      waiting.add({ trial, score });
    },
    expected() {
      const all = [order.length];
      for (let rung = 1; rung < count; rung++)
        all.push(Math.max(Math.min(1, order.length), Math.floor((all[rung - 1] as number) / eta)));
      return all;
    },
  };
}
