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

/** A misspelt word and what it most likely means, as a message says it and as an editor mends it. */
export interface Suggestion {
  text: string;
  replacement: Replacement;
}

export interface Replacement {
  from: string;
  to: string;
}

/** "did you mean `encoder`?", or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): Suggestion | undefined {
  const candidate = nearest(word, candidates);
  if (candidate === undefined) return undefined;
  return { text: `did you mean \`${candidate}\`?`, replacement: { from: word, to: candidate } };
}
