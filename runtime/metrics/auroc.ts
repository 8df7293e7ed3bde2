/**
 * Area under the receiver operating characteristic: the chance that a random positive has a larger score than a random negative, ties
 * counting half (the statistic of Mann and Whitney). 0.5 tells nothing, 1 tells them apart.
 * @returns NaN when one of them is empty
 */
export function auroc(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  const scores = Float64Array.from({ length: positives.length + negatives.length }, (_, i) =>
    i < positives.length ? (positives[i] as number) : (negatives[i - positives.length] as number),
  );
  const order = Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let ranks = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && scores[order[to] as number] === scores[order[from] as number]) to++;
    // Equal scores share the mean of their ranks, which count from 1.
    const rank = (from + to + 1) / 2;
    for (let k = from; k < to; k++) if ((order[k] as number) < positives.length) ranks += rank;
  }
  const pairs = positives.length * negatives.length;
  return (ranks - (positives.length * (positives.length + 1)) / 2) / pairs;
}
