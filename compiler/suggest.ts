import { distance } from "fastest-levenshtein";

/** Candidates that a word is compared with: a file may declare very many. */
const most = 1000;

/** The candidate that a misspelt word most likely means, if any is near enough. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  // Of a number no other is a slip of the hand.
  if (/^\d+$/.test(word)) return undefined;
  let best: { candidate: string; edits: number } | undefined;
  let compared = 0;
  for (const candidate of candidates) {
    if (compared++ > most) break;
    if (Math.abs(candidate.length - word.length) > Math.max(1, candidate.length / 3)) continue;
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
  const edits = distance(a, b);
  return edits > 1 && a.length === b.length && letters(a) === letters(b) ? 1 : edits;
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
