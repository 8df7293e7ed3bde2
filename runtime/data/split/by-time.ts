/**
 * Divides samples by their times, the earliest first. Samples of one time are never in two parts: each boundary lies between two times, at the one that is
 * nearest to the shares and leaves a time for each part.
 * @param moments positions of the samples of each time, in the order of time; at least as many as parts
 * @param shares of the parts in the order of time; they add up to 1
 * @returns positions in each part, none empty
 */
export function dealMoments(moments: readonly (readonly number[])[], shares: readonly number[]): number[][] {
  const size = moments.reduce((sum, { length }) => sum + length, 0);
  /** Samples before each moment. */
  const before = [0];
  for (const { length } of moments) before.push((before.at(-1) as number) + length);
  let start = 0;
  let share = 0;
  return shares.map((own, p) => {
    share += own;
    const last = moments.length - (shares.length - 1 - p);
    let end = p === shares.length - 1 ? moments.length : start + 1;
    const distance = (at: number) => Math.abs((before[at] as number) - share * size);
    while (end < last && distance(end + 1) < distance(end)) end++;
    const part = moments.slice(start, end).flat();
    start = end;
    return part;
  });
}
