import { createHash, randomBytes } from "node:crypto";
import { readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../../runs/atomic.js";
import { asWriting } from "../../runs/write-error.js";
import type { DataPlan, ModalityBinding } from "../load.js";
import { own, type Names } from "../names.js";
import type { ProblemList } from "../problems.js";
import type { Samples } from "../samples.js";
import { cellCoder, encodingOf, type CellCoder, type Encoding } from "../transforms/coder.js";
import { tokenizerOf, type Coding } from "../transforms/encode.js";
import { openTokenizer, type KeptTokenizer, type Tokenizers } from "../transforms/tokenizer.js";
import { MostFrequent, wordsOf } from "../transforms/words.js";
import type { BlockFile } from "./block-file.js";
import { BlockWriter } from "./block-writer.js";
import { cellsFile, type Cache } from "./cache.js";
import { readCells, type CellRow } from "./cells.js";
import { blockCount, layoutWith, placeOf, type Layout } from "./layout.js";
import { Tally } from "./tally.js";

/** Of the bound, what words that are counted take in memory. */
const talliesShare = 1 / 8;

interface Place {
  cache: Cache;
  /** Of the data. */
  folder: string;
  where: string;
  problems: ProblemList;
}

/** A modality whose column has names or texts. */
interface Coded {
  name: string;
  binding: ModalityBinding;
  column: string;
  encoding: Encoding;
  /** Position among the cells of a row. */
  at: number;
  /** True where all cells are numbers. */
  numbers: boolean;
  tokenizer: KeptTokenizer | undefined;
}

/** Names and texts of samples that aren't in memory, as numbers: another file of blocks. */
export interface CodedBlocks extends Coding {
  /** Undefined where no modality has any. */
  file?: BlockFile;
  /** Makes a damaged block anew. */
  remake(block: number): Promise<void>;
}

/**
 * Makes the values of the modalities whose columns have names or texts, all as if the samples were in memory: their names and words are those of the training part.
 * What is made is kept beside what it was made of.
 * @param kept what a model was trained with
 * @throws DataError with everything that is wrong; DamagedCells
 */
export async function codeCells(
  train: Samples,
  plan: DataPlan,
  kept: { names?: Names | undefined; tokenizers?: Tokenizers | undefined },
  place: Place,
): Promise<CodedBlocks> {
  const { cache, problems, where } = place;
  const coded = await codedOf(plan, kept.tokenizers, place);
  problems.check();
  if (coded.length === 0) return { names: {}, tokenizers: {}, remake: () => Promise.resolve() };
  const found = await namesOf(coded, train, plan, kept.names, place);
  for (const { name, binding, column, encoding } of coded) {
    const [most = 0] = binding.shape;
    const { count } = found[name] as Found;
    if (encoding.kind === "one_hot" && count > most)
      problems.add("tooManyNames", where, { name, column, found: count, most }, binding.line);
  }
  problems.check();
  const coders: CellCoder[] = [];
  for (const { name, binding, encoding, tokenizer } of coded)
    coders.push(await cellCoder(encoding, binding, (found[name] as Found).names, tokenizer));
  const has = new Set(coded.map(({ name }) => name));
  const layout = layoutWith(cache.manifest.layout, (name) => has.has(name));
  const told = coded.map(({ name, binding, tokenizer }) => [
    name,
    binding.shape,
    binding.fill,
    tokenizer?.sha256,
  ]);
  const key = hashOf(JSON.stringify([told, encodingsOf(coded), found]));
  const path = join(cache.folder, `coded-${key}.bin`);
  const write = (to: string, only?: number) => writeCoded(to, { cache, layout, coded, coders }, only);
  const file = (await readCoded(path, layout)) ?? (await makeCoded(path, layout, write));
  return {
    file,
    names: Object.fromEntries(
      coded.map(({ name, column }) => [name, { [column]: (found[name] as Found).names }]),
    ),
    tokenizers: Object.fromEntries(
      coded.flatMap(({ name, tokenizer }) => (tokenizer === undefined ? [] : [[name, tokenizer]])),
    ),
    async remake(block) {
      await write(path, block);
    },
  };
}

async function codedOf(
  { modalities }: DataPlan,
  tokenizers: Tokenizers | undefined,
  { cache, folder, problems }: Place,
): Promise<Coded[]> {
  const { cells } = cache.manifest;
  const coded: Coded[] = [];
  for (const [at, name] of (cells?.modalities ?? []).entries()) {
    const binding = modalities[name] as ModalityBinding;
    const encoding = encodingOf(binding) as Encoding;
    const [column = ""] = binding.columns;
    const tokenizer = await tokenizerOf(name, binding, encoding, { kept: tokenizers, folder, problems });
    coded.push({ name, binding, column, encoding, at, numbers: cells?.numbers[at] === true, tokenizer });
  }
  return coded;
}

function encodingsOf(coded: readonly Coded[]) {
  return coded.map(({ encoding }) => encoding);
}

function hashOf(...parts: (string | Uint8Array)[]): string {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(part);
  return sum.digest("hex").slice(0, 16);
}

/** As reading the whole column at once would give it. */
function cellOf(row: CellRow, { at, numbers }: Coded): string | undefined {
  const cell = row[at] ?? undefined;
  return cell !== undefined && numbers ? String(Number(cell)) : cell;
}

/** What is known of a column: its names, or words; of too many names only how many there are. */
interface Found {
  names: readonly string[];
  count: number;
}

async function namesOf(
  coded: readonly Coded[],
  train: Samples,
  plan: DataPlan,
  kept: Names | undefined,
  { cache }: Place,
): Promise<Record<string, Found>> {
  const found: Record<string, Found> = {};
  const wanted: Coded[] = [];
  for (const one of coded) {
    const { name, column, tokenizer } = one;
    if (kept === undefined && tokenizer === undefined) {
      wanted.push(one);
      continue;
    }
    const names =
      kept === undefined && tokenizer !== undefined
        ? (await openTokenizer(tokenizer)).vocabulary
        : (own(own(kept, name), column) ?? []);
    found[name] = { names, count: names.length };
  }
  if (wanted.length === 0) return found;
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
    new Uint8Array(buffer, byteOffset, byteLength);
  const learned = wanted.map(({ name }) => bytes(train.present[name] as Uint8Array));
  const told = JSON.stringify([
    encodingsOf(wanted),
    wanted.map(({ name, binding }) => [name, binding.shape]),
  ]);
  const path = join(cache.folder, `names-${hashOf(told, bytes(train.index), ...learned)}.json`);
  const before = await readFile(path, "utf8").catch(() => undefined);
  if (before !== undefined) return { ...found, ...(JSON.parse(before) as Record<string, Found>) };
  const counted = await countNames(wanted, train, plan, cache);
  await writeAtomically(path, JSON.stringify(counted));
  return { ...found, ...counted };
}

/** Goes through all texts, and counts the names and words of those that are learned from. */
async function countNames(
  wanted: readonly Coded[],
  { index, present }: Samples,
  { streamed }: DataPlan,
  cache: Cache,
): Promise<Record<string, Found>> {
  const most = (talliesShare * (streamed?.within ?? Infinity)) / wanted.length;
  const tallies = wanted.map(() => new Tally(cache.folder, most));
  try {
    let [row, next] = [0, 0];
    for await (const rows of cellsOf(cache)) {
      for (const cells of rows) {
        if (index[next] !== row++) continue;
        wanted.forEach((one, i) => {
          const cell = present[one.name]?.[next] === 1 ? cellOf(cells, one) : undefined;
          if (cell !== undefined) tallies[i]?.add(one.encoding.kind === "one_hot" ? [cell] : wordsOf(cell));
        });
        next++;
      }
      for (const tally of tallies) await tally.settle();
    }
    const found: Record<string, Found> = {};
    for (const [i, one] of wanted.entries()) found[one.name] = await foundOf(one, tallies[i] as Tally);
    return found;
  } finally {
    for (const tally of tallies) await tally.end();
  }
}

async function foundOf({ encoding, binding, numbers }: Coded, tally: Tally): Promise<Found> {
  if (encoding.kind === "tokenised") {
    const words = new MostFrequent("words" in encoding ? encoding.words : 0);
    for await (const [word, count] of tally.all()) words.add(word, count);
    const names = words.vocabulary();
    return { names, count: names.length };
  }
  const [most = 0] = binding.shape;
  const names: string[] = [];
  let count = 0;
  for await (const [name] of tally.all()) if (++count <= most) names.push(name);
  if (numbers) names.sort((a, b) => Number(a) - Number(b));
  return { names, count };
}

function cellsOf(cache: Cache): AsyncGenerator<readonly CellRow[]> {
  const { cells } = cache.manifest;
  return readCells(cellsFile(cache), cells ?? { modalities: [], numbers: [], parts: [] });
}

/** @returns undefined where it isn't there */
async function readCoded(path: string, layout: Layout): Promise<BlockFile | undefined> {
  const text = await readFile(`${path}.json`, "utf8").catch(() => undefined);
  const size = await stat(path).then(
    (found) => found.size,
    () => -1,
  );
  const last = placeOf(layout, blockCount(layout) - 1);
  if (text === undefined || size !== last.at + last.bytes) return undefined;
  return { path, layout, blocks: JSON.parse(text) as number[] };
}

async function makeCoded(
  path: string,
  layout: Layout,
  write: (to: string) => Promise<number[]>,
): Promise<BlockFile> {
  const aside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const blocks = await write(aside);
    await asWriting(path, rename(aside, path));
    await writeAtomically(`${path}.json`, JSON.stringify(blocks));
    return { path, layout, blocks };
  } finally {
    await rm(aside, { force: true });
  }
}

/** Writes the values of all cells, or of one block. @returns checksums */
async function writeCoded(
  to: string,
  {
    cache,
    layout,
    coded,
    coders,
  }: { cache: Cache; layout: Layout; coded: readonly Coded[]; coders: readonly CellCoder[] },
  only?: number,
): Promise<number[]> {
  const writer = await BlockWriter.open(to, layout, only);
  const widths = new Map(layout.modalities.map(({ name, width }) => [name, width]));
  try {
    for await (const rows of cellsOf(cache)) {
      for (let from = 0; from < rows.length; from += layout.blockRows) {
        const some = rows.slice(from, from + layout.blockRows);
        const inputs = Object.fromEntries(
          coded.map((one, i) => {
            const width = widths.get(one.name) as number;
            const values = new Float32Array(some.length * width);
            some.forEach((row, at) => {
              const cell = cellOf(row, one);
              const room = values.subarray(at * width, (at + 1) * width);
              if (cell !== undefined) coders[i]?.write(cell, room);
            });
            return [one.name, values];
          }),
        );
        await writer.add({ rows: some.length, inputs });
      }
      if (only !== undefined && writer.checksums.length > only) break;
    }
    await writer.end();
  } finally {
    await writer.close();
  }
  return writer.checksums;
}
