import type { Random } from "../random.js";

interface Group {
  positions: readonly number[];
  /** How many of each class. */
  counts: readonly number[];
}

/**
 * Puts whole groups into parts, each part's size, and that of each class in it, as near to its share as can be: the largest groups first, each where
 * it lowers the sum of (size - wanted)² / wanted most; then single groups move as long as that lowers it. After that no part differs from its
 * share by more than the largest group, where there is one class.
 * @param groups positions of each group's samples; at least as many as parts
 * @param labels a class of each position, or one for all where classes don't matter
 * @param shares of the parts, each above 0; they add up to 1
 * @returns positions in each part, none empty
 */
export function dealGroups(
  groups: readonly (readonly number[])[],
  labels: ArrayLike<number>,
  shares: readonly number[],
  random: Random,
): number[][] {
  const classes = new Map<number, number>();
  for (const group of groups)
    for (const i of group) {
      const label = labels[i] as number;
      if (!classes.has(label)) classes.set(label, classes.size);
    }
  const all = groups.map((positions): Group => {
    const counts = new Array<number>(classes.size).fill(0);
    for (const i of positions) {
      const at = classes.get(labels[i] as number) as number;
      counts[at] = (counts[at] as number) + 1;
    }
    return { positions, counts };
  });
  const totals = Array.from(classes.keys(), (_, c) =>
    all.reduce((sum, { counts }) => sum + (counts[c] ?? 0), 0),
  );
  const wanted = shares.map((share) => totals.map((total) => share * total));
  const sizes = shares.map(() => totals.map(() => 0));
  /** How much the distance grows when a part gets a group, or loses it. */
  const cost = (p: number, { counts }: Group, sign: 1 | -1) => {
    let sum = 0;
    counts.forEach((count, c) => {
      const [size, aim] = [sizes[p]?.[c] as number, wanted[p]?.[c] as number];
      sum += (count * (count + sign * 2 * (size - aim))) / aim;
    });
    return sum;
  };
  const add = (p: number, { counts }: Group, sign: 1 | -1) =>
    counts.forEach((count, c) => ((sizes[p] as number[])[c] = (sizes[p]?.[c] as number) + sign * count));

  const order = random.shuffle([...all.keys()]);
  order.sort((a, b) => (all[b] as Group).positions.length - (all[a] as Group).positions.length);
  const partOf = new Int32Array(all.length);
  const members = shares.map(() => 0);
  const best = (costs: readonly number[]) => costs.indexOf(Math.min(...costs));
  order.forEach((g, at) => {
    const group = all[g] as Group;
    // The last groups are for the parts that have none yet.
    const empty = members.filter((count) => count === 0).length;
    const due = all.length - at <= empty;
    const p = best(shares.map((_, p) => (due && (members[p] as number) > 0 ? Infinity : cost(p, group, 1))));
    add(p, group, 1);
    partOf[g] = p;
    members[p] = (members[p] as number) + 1;
  });
  for (let moved = true; moved;) {
    moved = false;
    for (const g of order) {
      const group = all[g] as Group;
      const from = partOf[g] as number;
      if (members[from] === 1) continue;
      const off = cost(from, group, -1);
      const costs = shares.map((_, p) => (p === from ? 0 : off + cost(p, group, 1)));
      const to = best(costs);
      if (!((costs[to] as number) < -1e-9)) continue;
      add(from, group, -1);
      add(to, group, 1);
      partOf[g] = to;
      members[from] = (members[from] as number) - 1;
      members[to] = (members[to] as number) + 1;
      moved = true;
    }
  }
  const parts: number[][] = shares.map(() => []);
  all.forEach(({ positions }, g) => {
    // Not spread: a call takes some ten thousand arguments at most.
    for (const i of positions) parts[partOf[g] as number]?.push(i);
  });
  return parts;
}
