import type { Tokenizer } from "@huggingface/tokenizers";
import { createHash } from "node:crypto";
import { readFile, realpath } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";

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

/** Largest tokenizer that is read, in bytes. */
const mostBytes = 256 * 2 ** 20;

/**
 * Reads a tokenizer's file.
 * @param folder of the data, which it must not leave
 * @throws Error when it isn't there or is too large
 */
export async function readTokenizer(file: string, folder: string): Promise<KeptTokenizer> {
  const path = await realpath(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === "ENOENT" ? "there is no such file" : error.message);
  });
  const inside = relative(await realpath(folder), path);
  if (inside.startsWith("..") || isAbsolute(inside)) throw new Error("it leaves the folder of the data");
  const bytes = await readFile(path);
  if (bytes.length > mostBytes) throw new Error(`it has ${bytes.length} bytes, more than ${mostBytes}`);
  return { file, sha256: createHash("sha256").update(bytes).digest("hex"), text: bytes.toString("utf8") };
}

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
export async function openTokenizer({ sha256, text }: Pick<KeptTokenizer, "sha256" | "text">): Promise<TextCoder> {
  const before = opened.get(sha256);
  if (before !== undefined) return before;
  const { Tokenizer } = await import("@huggingface/tokenizers");
  const json = JSON.parse(text) as { padding?: { pad_id?: number } | null };
  const coder = coderOf(new Tokenizer(json, {}), json.padding?.pad_id);
  opened.set(sha256, coder);
  return coder;
}

function coderOf(tokenizer: Tokenizer, padId: number | undefined): TextCoder {
  const vocabulary: string[] = [];
  for (const [token, id] of tokenizer.get_vocab(true)) vocabulary[id] = token;
  const named = ["[PAD]", "<pad>"].map((token) => tokenizer.token_to_id(token)).find((id) => id !== undefined);
  return {
    tokens: (text, length) => {
      const { ids } = tokenizer.encode(text);
      if (ids.length <= length) return ids;
      const { ids: bare } = tokenizer.encode(text, { add_special_tokens: false });
      const special = ids.length - bare.length;
      const before = Array.from({ length: special + 1 }, (_, i) => i).find((i) =>
        bare.every((id: number, j: number) => ids[i + j] === id),
      );
      if (before === undefined || special >= length) return ids.slice(0, length);
      const kept = bare.slice(0, length - special);
      return [...ids.slice(0, before), ...kept, ...ids.slice(before + bare.length)];
    },
    text: (tokens) => tokenizer.decode([...tokens], { skip_special_tokens: true }),
    vocabulary: Array.from(vocabulary, (token) => token ?? ""),
    padding: padId ?? named,
  };
}
