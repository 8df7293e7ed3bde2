/** What fills a text that is shorter than the longest, and what stands for a word that isn't known. */
export const padding = 0;
export const unknown = 1;

/** What the vocabulary says of those two; no word looks like the second. */
const besides: readonly string[] = ["", "<unknown>"];

/** The words of a text in its order, in lower case: runs of letters and digits, also with apostrophes between them. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize("NFC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*/gu) ?? []
  );
}

/** Gathers the most frequent of many words, those that are as frequent in the order of their characters. */
export class MostFrequent {
  private words: (readonly [word: string, count: number])[] = [];

  /** @param most how many tokens there may be, with the two that are no words */
  constructor(private readonly most: number) {}

  /** Each word once. */
  add(word: string, count: number): void {
    this.words.push([word, count]);
    if (this.words.length > 2 * this.most + 1000) this.words = this.first();
  }

  /** The vocabulary, most frequent first. */
  vocabulary(): string[] {
    return [...besides, ...this.first().map(([word]) => word)];
  }

  private first() {
    this.words.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return this.words.slice(0, Math.max(0, this.most - besides.length));
  }
}

/**
 * The vocabulary of some texts.
 * @param most how many tokens there may be, with the two that are no words
 */
export function vocabularyOfWords(texts: Iterable<string>, most: number): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const found = new MostFrequent(most);
  for (const [word, count] of counts) found.add(word, count);
  return found.vocabulary();
}

/** Tells the tokens of a text by a vocabulary. */
export function wordCoder(vocabulary: readonly string[]): (text: string) => number[] {
  const positions = new Map(vocabulary.map((word, i) => [word, i]));
  return (text) => wordsOf(text).map((word) => positions.get(word) ?? unknown);
}
