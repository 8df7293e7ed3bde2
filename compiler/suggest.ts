import { distance } from "fastest-levenshtein";

/** The candidate that a misspelt word most likely means, if any is near enough. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: { candidate: string; edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = editsBetween(word.toLowerCase(), candidate.toLowerCase());
    if (
      edits <= Math.max(1, Math.floor(candidate.length / 3)) &&
      (best === undefined || edits < best.edits)
    ) {
      best = { candidate, edits };
    }
  }
  return best?.candidate;
}

/** Letters to change, add or leave out; letters that only stand in another order are one mistake. */
function editsBetween(a: string, b: string): number {
  const letters = (text: string) => [...text].sort().join("");
  return a !== b && letters(a) === letters(b) ? 1 : distance(a, b);
}

/** "did you mean `encoder`?", or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? undefined : `did you mean \`${candidate}\`?`;
}
