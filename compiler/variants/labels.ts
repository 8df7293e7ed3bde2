import type { Axis, Choice } from "./axes.js";

/** Characters of a name, so that no file system finds it too long; of longer ones the beginning is kept, and the place in the space tells them apart. */
const longest = 80;

/**
 * Names the variants of a space for folders, "dmil-dense32-tensor4": a word for each choice, in the order of the axes. Two combinations have
 * two names, also where letters of both cases are alike.
 */
export class Labels {
  /** Of each axis, what stands before its numbers. */
  private readonly prefixes: readonly string[];
  /** Of each axis, the words of the choices that the spec names, by their text. */
  private readonly words: readonly ReadonlyMap<string, string>[];
  private readonly numbered: boolean;

  constructor(axes: readonly Axis[]) {
    const short = axes.map(({ path }) => shortPath(path));
    this.prefixes = axes.map(({ path }, i) => {
      const alone = short.filter((other) => other === short[i]).length === 1;
      const prefix = alone ? (short[i] ?? "") : plain(path);
      return /\d$/.test(prefix) ? `${prefix}_` : prefix;
    });
    this.words = axes.map((axis, i) => wordsOf(axis.named, this.prefixes[i] ?? ""));
    const widest = axes.reduce((length, axis, i) => length + this.widest(axis, i) + 1, 0);
    this.numbered = widest > longest;
  }

  /** @param choices one of each axis */
  name(choices: readonly Choice[], index: bigint): string {
    const words = choices.map((choice, i) => this.word(choice, i)).join("-");
    return this.numbered ? `${[...words].slice(0, longest - 24).join("")}-at${index}` : words;
  }

  private word(choice: Choice, i: number): string {
    return this.words[i]?.get(choice.text) ?? (this.prefixes[i] ?? "") + numeral(choice.text);
  }

  private widest(axis: Axis, i: number): number {
    const named = [...(this.words[i]?.values() ?? [])].map(({ length }) => length);
    // A number of a range has 17 characters at most.
    return Math.max(
      ...named,
      axis.named.length < axis.choices.length ? (this.prefixes[i]?.length ?? 0) + 17 : 0,
    );
  }
}

/** `Eye.dense[2].units` -> "dense": a layer's size is called by the layer; `train.optimizer.lr` -> "lr". */
function shortPath(path: string): string {
  const steps = path.split(".");
  const last = steps.at(-1) ?? "";
  const size = ["units", "filters", "rank", "heads"].includes(last) && steps.length > 2;
  return plain(((size ? steps.at(-2) : last) ?? last).replace(/\[\d+\]$/, ""));
}

/** Words of one axis, no two alike. */
function wordsOf(choices: readonly Choice[], prefix: string): Map<string, string> {
  const words = new Map<string, string>();
  const taken = new Set<string>();
  const shared = (word: string | undefined) => choices.filter((choice) => choice.word === word).length > 1;
  const short = ({ details = "" }: Choice) => /^\d{1,4}$/.test(details);
  for (const choice of choices) {
    if (words.has(choice.text)) continue;
    const wanted =
      choice.number !== undefined
        ? prefix + numeral(choice.text)
        : choice.word !== undefined
          ? plain(choice.word + (shared(choice.word) || short(choice) ? (choice.details ?? "") : ""))
          : prefix + plain(choice.text);
    let word = wanted;
    for (let i = 2; taken.has(word.toLowerCase()); i++) word = `${wanted}_${i}`;
    taken.add(word.toLowerCase());
    words.set(choice.text, word);
  }
  return words;
}

/** -0.5 -> "m0.5": a name's parts are joined by "-". */
function numeral(text: string): string {
  return text
    .replace(/^-/, "m")
    .replace(/e-/i, "em")
    .replace(/[^\p{L}\p{N}.]+/gu, "_");
}

/** Letters and digits of a text, points before digits, and an underscore for all else. */
function plain(text: string): string {
  return text.replace(/(?:\.(?!\d)|[^\p{L}\p{N}.])+/gu, "_").replace(/^[_.]+|_+$/g, "") || "_";
}
