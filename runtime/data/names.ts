import type { ModalityBinding } from "./load.js";
import type { ProblemList } from "./problems.js";
import type { Samples, Splits } from "./samples.js";
import { rowsOf, type Column, type Table } from "./table.js";

/**
 * What the whole numbers of a modality stand for, by modality and column: of a category the names that training saw, in order; of tokens the
 * vocabulary, where the data has one.
 */
export type Names = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** What stands in a record under a name that a user chose, which may be that of something every object has. */
export function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** A category's column as positions in a list of names; NaN where a cell is empty. */
export interface CodedColumn {
  names: readonly string[];
  codes: Float64Array;
}

/** Numbers every name of a column, in sorted order: numbers by size, texts by their characters' codes. */
export function codeColumn(column: Column): CodedColumn {
  const count = rowsOf(column);
  const texts = Array.from({ length: count }, (_, i) => {
    const value = column.values[i];
    return value === null || value === undefined || value === "" || Number.isNaN(value)
      ? undefined
      : String(value);
  });
  const names = [...new Set(texts.filter((text) => text !== undefined))];
  if (column.kind === "numeric") names.sort((a, b) => Number(a) - Number(b));
  else names.sort((a, b) => (a < b ? -1 : Number(a > b)));
  const positions = new Map(names.map((name, i) => [name, i]));
  const codes = Float64Array.from(texts, (text) =>
    text === undefined ? NaN : (positions.get(text) as number),
  );
  return { names, codes };
}

/**
 * Renumbers the categories of a split: those that training sees by their order, all others, which have a slot of their own behind them, by `most`.
 * @param coded the numbering so far, by modality and column
 * @param kept the names that a model was trained with; those of the training part when left out
 */
export function nameCategories(
  splits: Splits,
  modalities: Readonly<Record<string, ModalityBinding>>,
  coded: ReadonlyMap<string, ReadonlyMap<string, CodedColumn>>,
  kept: Names | undefined,
  { where, problems }: { where: string; problems: ProblemList },
): Names {
  const found: Record<string, Record<string, readonly string[]>> = {};
  for (const [modality, { columns, categories = {}, line }] of Object.entries(modalities)) {
    columns.forEach((column, at) => {
      const before = coded.get(modality)?.get(column);
      const most = own(categories, column);
      if (before === undefined || most === undefined) return;
      const names =
        own(own(kept, modality), column) ??
        namesIn(splits.train, { modality, at, before, width: columns.length });
      if (names.length > most) {
        problems.add("tooManyCategories", where, { column, found: names.length, most }, line);
        return;
      }
      const positions = new Map(names.map((name, i) => [name, i]));
      const codes = Float32Array.from(before.names, (name) => positions.get(name) ?? most);
      for (const part of [splits.train, splits.validation, splits.test, splits.outside]) {
        if (part !== undefined) renumber(part, { modality, at, codes, width: columns.length });
      }
      found[modality] = { ...found[modality], [column]: names };
    });
  }
  return found;
}

interface Place {
  modality: string;
  /** Position of the column, of `width` columns. */
  at: number;
  width: number;
}

function namesIn(
  { size, inputs, present }: Samples,
  { modality, at, width, before }: Place & { before: CodedColumn },
): string[] {
  const seen = new Set<number>();
  for (let i = 0; i < size; i++) {
    if (present[modality]?.[i] === 1) seen.add(inputs[modality]?.[i * width + at] as number);
  }
  return before.names.filter((_, code) => seen.has(code));
}

function renumber(
  { size, inputs, present }: Samples,
  { modality, at, width, codes }: Place & { codes: Float32Array },
): void {
  const values = inputs[modality] as Float32Array;
  for (let i = 0; i < size; i++) {
    if (present[modality]?.[i] === 1)
      values[i * width + at] = codes[values[i * width + at] as number] as number;
  }
}

/** The words that tokens stand for: the column `NAME.vocabulary` of texts, in the tokens' order, where the file has one. */
export function vocabularyOf(table: Table, column: string): readonly string[] | undefined {
  const found = table.columns.get(`${column}.vocabulary`);
  return found?.kind === "text" ? found.values.map((text) => text ?? "") : undefined;
}

/** Reports values that are no tokens. */
export function checkTokens(
  name: string,
  { vocabulary = Infinity, shape, line }: ModalityBinding,
  values: Float32Array,
  { where, problems }: { where: string; problems: ProblemList },
): void {
  const [length = 1] = shape;
  // What is missing is told elsewhere.
  const wrong = (value: number) =>
    Number.isFinite(value) && (!Number.isInteger(value) || value < 0 || value >= vocabulary);
  const each: { name: string; value: number; row: number; count: number; vocabulary: number }[] = [];
  values.forEach((value, at) => {
    if (wrong(value)) each.push({ name, value, row: Math.floor(at / length), count: 1, vocabulary });
  });
  problems.addRows("notAToken", where, each, { count: each.length }, line);
}
