import { Random } from "../../runtime/data/random.js";
import { asha } from "./asha.js";
import { full } from "./full.js";
import type { Scheduler } from "./scheduler.js";

export type { Scheduler, Task } from "./scheduler.js";

/** `--scheduler` */
export const schedulerNames = ["asha", "random", "grid"] as const;
export type SchedulerName = (typeof schedulerNames)[number];

/**
 * @param count how many variants
 * @param rungs of asha
 * @param seed of the order in which asha and random take the variants; grid takes them as they are listed
 */
export function createScheduler(
  name: SchedulerName,
  { count, rungs, eta, seed }: { count: number; rungs: number; eta: number; seed: number },
): Scheduler {
  const listed = Array.from({ length: count }, (_, i) => i);
  if (name === "grid") return full(listed);
  const order = new Random(seed).fork("order").shuffle(listed);
  return name === "random" ? full(order) : asha({ order, rungs, eta });
}
