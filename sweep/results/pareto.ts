/** Something that is good and large to some degree. */
export interface Weighed {
  /** Larger is better. */
  score: number;
  size: number;
}

/** Which of them are on the Pareto front: no other one is as good and as small, and better in one of the two. */
export function paretoFront(all: readonly Weighed[]): boolean[] {
  const order = [...all.keys()].sort(
    (a, b) => of(all, a).size - of(all, b).size || of(all, b).score - of(all, a).score,
  );
  const front = all.map(() => false);
  let best = -Infinity;
  let last: Weighed | undefined;
  for (const i of order) {
    const own = of(all, i);
    const equal = last !== undefined && own.size === last.size && own.score === last.score;
    if (own.score > best || equal) {
      front[i] = true;
      last = own;
      best = own.score;
    }
  }
  return front;
}

function of(all: readonly Weighed[], i: number): Weighed {
  return all[i] as Weighed;
}
