import type { ModalityBinding } from "../load.js";
import { codeOf } from "../category-codes.js";
import { own, type Names } from "../names.js";
import type { Transform } from "./transforms.js";
import { openTokenizer, type KeptTokenizer, type Tokenizers } from "./tokenizer.js";
import { padding as noWord, wordCoder } from "./words.js";

/** A transform that makes numbers of the names or texts of a column. */
export type Encoding = Extract<Transform, { kind: "one_hot" | "tokenised" }>;

/** The transform that makes numbers of a modality's cells; undefined where they are numbers. */
export function encodingOf({ transforms = [] }: ModalityBinding): Encoding | undefined {
  const [first] = transforms;
  return first?.kind === "one_hot" || first?.kind === "tokenised" ? first : undefined;
}

/** Makes values of cells, and cells of values. */
export interface CellCoder {
  /** @param room the sample's values, zeros */
  write(cell: string, room: Float32Array): void;
  /** What was written, as near as can be. */
  read(values: ArrayLike<number>): string;
}

/**
 * What codes the cells of a modality.
 * @param names those of a column that becomes one-hot, or the vocabulary of words
 * @throws Error when the tokenizer isn't one
 */
export async function cellCoder(
  encoding: Encoding,
  binding: Pick<ModalityBinding, "fill">,
  names: readonly string[],
  tokenizer: KeptTokenizer | undefined,
): Promise<CellCoder> {
  if (encoding.kind === "one_hot") return oneHotCoder(names);
  if ("words" in encoding) {
    const tokensOf = wordCoder(names);
    return {
      write: (cell, room) => room.set(tokensOf(cell).slice(0, room.length)),
      read: (values) =>
        Array.from(values)
          .filter((token) => token !== noWord)
          .map((token) => names[token] ?? "")
          .join(" "),
    };
  }
  if (tokenizer === undefined) throw new Error("the run has kept none");
  const coder = await openTokenizer(tokenizer);
  const fill = binding.fill ?? coder.padding ?? 0;
  return {
    write: (cell, room) => room.fill(fill).set(coder.tokens(cell, room.length)),
    read: (values) => coder.text(Array.from(values).filter((token) => token !== fill)),
  };
}

/** What codes the cells of each modality that has names or texts, as a run kept it. @throws Error where a tokenizer is damaged or was not kept */
export async function cellCoders(
  modalities: Readonly<Record<string, ModalityBinding>>,
  { names, tokenizers }: { names: Names | undefined; tokenizers: Tokenizers | undefined },
): Promise<ReadonlyMap<string, CellCoder>> {
  const coders = new Map<string, CellCoder>();
  for (const [name, binding] of Object.entries(modalities)) {
    const encoding = encodingOf(binding);
    const known = own(own(names, name), binding.columns[0] ?? "") ?? [];
    if (encoding !== undefined)
      coders.set(name, await cellCoder(encoding, binding, known, own(tokenizers, name)));
  }
  return coders;
}

function oneHotCoder(names: readonly string[]): CellCoder {
  return {
    write: (cell, room) => {
      const at = codeOf(cell, names, names.length);
      if (at < names.length) room[at] = 1;
    },
    read: (values) => names[Array.from(values).indexOf(1)] ?? "?",
  };
}
