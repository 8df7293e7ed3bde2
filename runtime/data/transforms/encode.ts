import type { ModalityBinding } from "../load.js";
import type { MediaPlace } from "../media/named-files.js";
import { loadTexts } from "../media/text.js";
import { codeColumn, own, type Names } from "../names.js";
import type { ProblemList } from "../problems.js";
import type { Samples } from "../samples.js";
import type { Column, Table, TextColumn } from "../table.js";
import { cellCoder, encodingOf, type Encoding } from "./coder.js";
import { readTokenizer } from "./read-tokenizer.js";
import { openTokenizer, type KeptTokenizer, type Tokenizers } from "./tokenizer.js";
import { vocabularyOfWords } from "./words.js";
import { size } from "../size.js";

/** The cells of a modality whose names or texts become numbers. */
export interface LoadedCells {
  /** A 0 for each sample in place of its values. */
  values: Float32Array;
  present: Uint8Array;
  /** The names or texts, row by row of the table. */
  cells: Column;
}

interface Place {
  where: string;
  problems: ProblemList;
}

/**
 * Which samples have a cell of a column whose names or texts are made numbers later, when the split is known. Where the column names files, their texts are read.
 */
export async function loadCells(
  name: string,
  binding: ModalityBinding,
  table: Table,
  rows: number,
  place: MediaPlace,
): Promise<LoadedCells | undefined> {
  const { where, problems } = place;
  const {
    columns: [column = ""],
    optional,
    line,
    transforms,
  } = binding;
  const found = table.columns.get(column);
  if (found === undefined) {
    problems.add("noColumn", where, { column, columns: [...table.columns.keys()] }, line);
    return undefined;
  }
  const named = cellsOf(found);
  const read =
    binding.files === true && named !== undefined
      ? await loadTexts(name, binding, namesOf(found, named, rows), place)
      : found;
  const cells = cellsOf(read);
  if (cells === undefined) {
    const wanted = transforms?.[0]?.kind === "one_hot" ? "a name" : "a text";
    const about = { name, column, found: found.kind === "numeric" ? found.shape : [], wanted };
    problems.add("cellShape", where, about, line);
    return undefined;
  }
  const present = Uint8Array.from({ length: rows }, (_, row) => Number(cells(row) !== undefined));
  if (optional !== true) {
    const missing = [...present.keys()].filter((row) => present[row] === 0);
    const each = missing.map((row) => ({ name, count: 1, samples: 1, row }));
    problems.addRows("notFinite", where, each, { count: missing.length, samples: missing.length }, line);
  }
  return { values: new Float32Array(rows), present, cells: read };
}

/** The names of files that a column has. */
function namesOf(column: Column, cells: (row: number) => string | undefined, rows: number): TextColumn {
  if (column.kind === "text") return column;
  return { kind: "text", values: Array.from({ length: rows }, (_, row) => cells(row) ?? null) };
}

/** The cells of a column as texts, undefined where they are empty; undefined itself where it has arrays. */
export function cellsOf(column: Column): ((row: number) => string | undefined) | undefined {
  if (column.kind === "numeric" && column.shape.length > 0) {
    // What an optional modality lacks throughout.
    for (let i = 0; i < column.values.length; i++) if (!Number.isNaN(column.values[i])) return undefined;
    return () => undefined;
  }
  return (row) => {
    const value = column.values[row];
    if (value === null || value === undefined || value === "" || Number.isNaN(value)) return undefined;
    return String(value);
  };
}

/** What the coding of cells follows from, as training found it. */
export interface Coding {
  names: Names;
  tokenizers: Tokenizers;
}

/**
 * Makes the values of the modalities whose columns have names or texts, in place.
 * @param parts the training part first, where something is to be found in it
 * @param loaded each modality's names or texts
 * @param rows which rows of the data the table's are, where it hasn't all
 * @param kept what a model was trained with; found in the training part and the folder where it is left out
 * @param firstRow row of the data that is the table's first
 * @returns what it followed from
 */
export async function encodeCells(
  parts: readonly Samples[],
  modalities: Readonly<Record<string, ModalityBinding>>,
  { cells: loaded, rows }: { cells: ReadonlyMap<string, Column>; rows?: Int32Array | undefined },
  {
    kept,
    folder,
    firstRow = 0,
    where,
    problems,
  }: Place & {
    kept?: { names?: Names | undefined; tokenizers?: Tokenizers | undefined } | undefined;
    folder: string;
    firstRow?: number;
  },
): Promise<Coding> {
  const names: Record<string, Record<string, readonly string[]>> = {};
  const tokenizers: Record<string, KeptTokenizer> = {};
  const placeOf = placesIn(rows, firstRow);
  for (const [name, binding] of Object.entries(modalities)) {
    const encoding = encodingOf(binding);
    const [column = ""] = binding.columns;
    const read = loaded.get(name);
    const cells = read && cellsOf(read);
    if (encoding === undefined || cells === undefined) continue;
    const tokenizer = await tokenizerOf(name, binding, encoding, {
      kept: kept?.tokenizers,
      folder,
      problems,
    });
    if ("file" in encoding && tokenizer === undefined) continue;
    const known =
      kept?.names === undefined
        ? await findNames(
            encoding,
            parts[0] as Samples,
            { name, read: read as Column, cells, placeOf },
            tokenizer,
          )
        : (own(own(kept.names, name), column) ?? []);
    const width = size(binding.shape);
    if (encoding.kind === "one_hot" && known.length > width) {
      problems.add("tooManyNames", where, { name, column, found: known.length, most: width }, binding.line);
      continue;
    }
    const coder = await cellCoder(encoding, binding, known, tokenizer);
    for (const part of parts) {
      const values = new Float32Array(part.size * width);
      part.index.forEach((at, row) => {
        const cell = part.present[name]?.[row] === 1 ? cells(placeOf(at)) : undefined;
        if (cell !== undefined) coder.write(cell, values.subarray(row * width, (row + 1) * width));
      });
      part.inputs[name] = values;
      part.shapes[name] = [...binding.shape];
    }
    names[name] = { [column]: known };
    if (tokenizer !== undefined) tokenizers[name] = tokenizer;
  }
  return { names, tokenizers };
}

/** Where the rows of the data stand in a table, of which some may have been left out. */
function placesIn(rows: Int32Array | undefined, firstRow: number): (row: number) => number {
  if (rows === undefined) return (row) => row - firstRow;
  const places = new Map(Array.from(rows, (row, place) => [row, place] as const));
  return (row) => places.get(row) as number;
}

/** What training sees of a column: its names in order, its words, or a tokenizer's tokens. */
async function findNames(
  encoding: Encoding,
  { present, index }: Samples,
  {
    name,
    read,
    cells,
    placeOf,
  }: {
    name: string;
    read: Column;
    cells: (row: number) => string | undefined;
    placeOf: (row: number) => number;
  },
  tokenizer: KeptTokenizer | undefined,
): Promise<readonly string[]> {
  if (tokenizer !== undefined) return (await openTokenizer(tokenizer)).vocabulary;
  const seen: string[] = [];
  index.forEach((at, row) => {
    const cell = present[name]?.[row] === 1 ? cells(placeOf(at)) : undefined;
    if (cell !== undefined) seen.push(cell);
  });
  if (encoding.kind === "tokenised") return vocabularyOfWords(seen, "words" in encoding ? encoding.words : 0);
  const those = new Set(seen);
  return codeColumn(read).names.filter((each) => those.has(each));
}

/** The tokenizer of a modality whose texts are tokenised by a file: the kept one, or that of the folder. Nothing where it can't be had, which is then told. */
export async function tokenizerOf(
  name: string,
  binding: ModalityBinding,
  encoding: Encoding,
  { kept, folder, problems }: { kept: Tokenizers | undefined; folder: string; problems: ProblemList },
): Promise<KeptTokenizer | undefined> {
  if (!("file" in encoding)) return undefined;
  if (kept === undefined) return findTokenizer(name, binding, encoding.file, folder, problems);
  const found = own(kept, name);
  const reason = "the run has kept no copy";
  if (found === undefined) problems.add("noTokenizer", encoding.file, { name, reason }, binding.line);
  return found;
}

/** Reads the tokenizer that the spec names, and tells where it doesn't fit the modality. */
async function findTokenizer(
  name: string,
  { vocabulary = Infinity, fill, line }: ModalityBinding,
  file: string,
  folder: string,
  problems: ProblemList,
): Promise<KeptTokenizer | undefined> {
  try {
    const tokenizer = await readTokenizer(file, folder);
    const { vocabulary: tokens, padding } = await openTokenizer(tokenizer);
    if (tokens.length > vocabulary)
      problems.add("tokenizerVocabulary", file, { name, found: tokens.length, vocabulary }, line);
    if (fill !== undefined && padding !== undefined && fill !== padding)
      problems.add("tokenizerPadding", file, { name, found: padding, padding: fill }, line);
    return tokenizer;
  } catch (error) {
    problems.add("noTokenizer", file, { name, reason: (error as Error).message.replace(/\.$/, "") }, line);
    return undefined;
  }
}
