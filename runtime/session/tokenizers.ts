import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { KeptTokenizer, Tokenizers } from "../data/transforms/tokenizer.js";
import { WeightsError } from "../layers/parameters.js";
import { writeAtomically } from "../runs/atomic.js";
import { keep, kept } from "./kept.js";

/** The file of a run that says by what its model's texts are tokenised. */
const fileName = "tokenizers.json";
/** The folder of a run with the tokenizers, each called by its hash. */
const folderName = "tokenizers";

type Listed = Readonly<Record<string, Omit<KeptTokenizer, "text">>>;

const pathOf = (folder: string, { sha256 }: { sha256: string }) =>
  join(folder, folderName, `${sha256.slice(0, 16)}.json`);

/** Copies the tokenizers into a run. */
export async function writeTokenizers(folder: string, tokenizers: Tokenizers): Promise<void> {
  await mkdir(join(folder, folderName), { recursive: true });
  for (const tokenizer of Object.values(tokenizers))
    await writeAtomically(pathOf(folder, tokenizer), tokenizer.text);
  const listed = Object.entries(tokenizers).map(([name, { file, sha256 }]) => [name, { file, sha256 }]);
  await keep(folder, fileName, Object.fromEntries(listed));
}

/** @returns undefined when the run has none @throws WeightsError when one is damaged or gone */
export async function readTokenizers(folder: string): Promise<Tokenizers | undefined> {
  const listed = await kept<Listed>(folder, fileName);
  if (listed === undefined) return undefined;
  const read = Object.entries(listed).map(async ([name, about]) => {
    const path = pathOf(folder, about);
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw new WeightsError(
        `${path} can't be read (${error.message}). Train anew, or put back a copy of it.`,
      );
    });
    if (createHash("sha256").update(bytes).digest("hex") !== about.sha256)
      throw new WeightsError(`${path} isn't what the run kept. Train anew, or put back a copy of it.`);
    return [name, { ...about, text: bytes.toString("utf8") }] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}
