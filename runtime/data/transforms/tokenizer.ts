import type { Tokenizer } from "@huggingface/tokenizers";

/** A tokenizer as a run keeps it. */
export interface KeptTokenizer {
  /** As the spec names it. */
  file: string;
  /** SHA-256 of its text. */
  sha256: string;
  /** JSON in the format of Hugging Face's tokenizers. */
  text: string;
}

/** By modality. */
export type Tokenizers = Readonly<Record<string, KeptTokenizer>>;

/** What a tokenizer does with texts. */
export interface TextCoder {
  /** The tokens of a text, not more than `length`: the special ones at its beginning and end stay. */
  tokens(text: string, length: number): number[];
  /** The text of some tokens, as near as can be. */
  text(tokens: readonly number[]): string;
  /** Each token as the file spells it, by its number. */
  vocabulary: readonly string[];
  /** What it fills with, where it says so. */
  padding: number | undefined;
}

const opened = new Map<string, TextCoder>();

/**
 * Makes a tokenizer ready; the same one once.
 * @throws Error when its text isn't one
 */
export async function openTokenizer({
  sha256,
  text,
}: Pick<KeptTokenizer, "sha256" | "text">): Promise<TextCoder> {
  const before = opened.get(sha256);
  if (before !== undefined) return before;
  const { Tokenizer } = await import("@huggingface/tokenizers");
  const json = JSON.parse(text) as TokenizerJson;
  const coder = coderOf(new Tokenizer({ ...json, pre_tokenizer: mended(json.pre_tokenizer) }, {}), json);
  opened.set(sha256, coder);
  return coder;
}

/** What is read here of a file that the library reads. */
interface TokenizerJson {
  padding?: { pad_id?: number } | null;
  model?: { unk_token?: string };
  pre_tokenizer?: PreTokenizer | null;
}

interface PreTokenizer {
  type?: string;
  pretokenizers?: readonly PreTokenizer[];
}

/** Words of any language, as the format means it: the library's own `Whitespace` knows the letters of English only. */
const unicodeWhitespace = {
  type: "Split",
  pattern: { Regex: "[\\p{L}\\p{M}\\p{N}_]+|[^\\p{L}\\p{M}\\p{N}_\\s]+" },
  behavior: "Removed",
  invert: true,
};

function mended(step: PreTokenizer | null | undefined): PreTokenizer | null {
  if (step === null || step === undefined) return null;
  if (step.type === "Whitespace") return unicodeWhitespace;
  if (step.pretokenizers === undefined) return step;
  return { ...step, pretokenizers: step.pretokenizers.map((each) => mended(each) as PreTokenizer) };
}

function coderOf(tokenizer: Tokenizer, { padding, model }: TokenizerJson): TextCoder {
  const vocabulary: string[] = [];
  for (const [token, id] of tokenizer.get_vocab(true)) vocabulary[id] = token;
  const named = ["[PAD]", "<pad>"]
    .map((token) => tokenizer.token_to_id(token))
    .find((id) => id !== undefined);
  const unknown = model?.unk_token === undefined ? undefined : tokenizer.token_to_id(model.unk_token);
  // Of words by themselves the library doesn't say the unknown one.
  const encode = (text: string, special: boolean) =>
    (tokenizer.encode(text, { add_special_tokens: special }).ids as (number | undefined)[]).flatMap(
      (id) => id ?? unknown ?? [],
    );
  return {
    tokens: (text, length) => {
      const ids = encode(text, true);
      if (ids.length <= length) return ids;
      const bare = encode(text, false);
      const special = ids.length - bare.length;
      const before = Array.from({ length: special + 1 }, (_, i) => i).find((i) =>
        bare.every((id, j) => ids[i + j] === id),
      );
      if (before === undefined || special >= length) return ids.slice(0, length);
      const kept = bare.slice(0, length - special);
      return [...ids.slice(0, before), ...kept, ...ids.slice(before + bare.length)];
    },
    text: (tokens) => tokenizer.decode([...tokens], { skip_special_tokens: true }),
    vocabulary: Array.from(vocabulary, (token) => token ?? ""),
    padding: padding?.pad_id ?? named,
  };
}
